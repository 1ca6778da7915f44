import { preferredLanguages, validTag } from './languages';

/**
 * Lets parts that are not ours find what they take for granted: the charts' library makes a number format of
 * `navigator.language` when it is loaded and asks for the screen's density, and its page would not open.
 */
export function repairBrowser(browser: Window & typeof globalThis = window): void {
  repairLanguages(browser.navigator);
  if (typeof browser.matchMedia !== 'function') browser.matchMedia = matchNothing;
}

export function repairLanguages(browser: NavigatorLanguage): void {
  if (validTag(browser.language) === browser.language) return;
  const languages = Object.freeze(preferredLanguages(browser));
  try {
    Object.defineProperty(browser, 'language', { configurable: true, get: () => languages[0] });
    Object.defineProperty(browser, 'languages', { configurable: true, get: () => languages });
  } catch {
    // Sealed; then only what reads it there is without.
  }
}

const matchNothing = (media: string): MediaQueryList =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
