export { ClockModule } from './clock.module.js';
export { Clock } from './clock.js';
export { CURRENCIES, exponentOf, isCurrency, toMajorUnits } from './currencies.js';
export { newId, newIds } from './ids.js';
export { isInstant, IsInstant } from './instant.js';
export { MAX_PRICE_MINOR, Money } from './money.js';
export { MayBeAbsent } from './optional.js';
export { SharedReads } from './shared-reads.js';
export { IsText } from './text.js';
