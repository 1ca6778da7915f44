import type { Page } from 'playwright-core';

/** What is odd about a browser, told to the page before its own scripts run. */
export type Oddity = (page: Page) => Promise<unknown>;

/** Says that these are its languages, whether or not they are any. */
export const speaking =
  (...languages: string[]): Oddity =>
  (page) =>
    page.addInitScript((told) => {
      const define = (name: string, value: unknown) =>
        Object.defineProperty(Navigator.prototype, name, { configurable: true, get: () => value });
      define('language', told[0]);
      define('languages', Object.freeze(told));
    }, languages);

/** Says that this is its time zone, even if it takes none of that name. */
export const livingIn =
  (zone: string): Oddity =>
  (page) =>
    page.addInitScript((told) => {
      const { resolvedOptions } = Intl.DateTimeFormat.prototype;
      Intl.DateTimeFormat.prototype.resolvedOptions = function (this: Intl.DateTimeFormat) {
        return { ...resolvedOptions.call(this), timeZone: told };
      };
    }, zone);

export type StorageFault = 'throws' | 'is null' | 'is full';

/** Both storages fail in that way. */
export const whoseStorage =
  (fault: StorageFault): Oddity =>
  (page) =>
    page.addInitScript((how) => {
      if (how === 'is full') {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
        return;
      }
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          configurable: true,
          get: () => {
            if (how === 'is null') return null;
            throw new DOMException('denied', 'SecurityError');
          },
        });
    }, fault);

/** Has none of what a page on plain http, or an older browser, has to do without. */
export const bare: Oddity = (page) =>
  page.addInitScript(() => {
    for (const name of ['BroadcastChannel', 'matchMedia', 'ResizeObserver'])
      Object.defineProperty(window, name, { configurable: true, value: undefined });
    Object.defineProperty(Navigator.prototype, 'locks', { configurable: true, value: undefined });
    Object.defineProperty(Navigator.prototype, 'clipboard', { configurable: true, value: undefined });
    Object.defineProperty(Crypto.prototype, 'randomUUID', { configurable: true, value: undefined });
    Object.defineProperty(AbortSignal, 'any', { configurable: true, value: undefined });
  });
