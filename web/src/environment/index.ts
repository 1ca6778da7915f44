/**
 * The only reader of what a browser hands to the page: languages, time zone, storage, other tabs, random bits. All
 * of it may be odd, missing or throw, and the shop stands. A lint rule keeps the rest of the shop from reading it.
 */
export { deadline, hasNetwork, observeSize, onWake, randomKey } from './browser';
export { dateFormat, numberFormat, timeZone } from './formats';
export { preferredLanguages } from './languages';
export { repairBrowser } from './repair';
export { localStore, SafeStorage, tabStore } from './storage';
export { exclusively, openChannel } from './tabs';
