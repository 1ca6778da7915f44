/** 128 random bits. `crypto.randomUUID` is missing on plain http, which a phone on the local net uses. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Calls back when something may have happened unseen: the line, the tab or the page is back. Returns what stops it. */
export function onWake(wake: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  for (const name of ['online', 'focus', 'pageshow']) addEventListener(name, wake, { signal });
  const ifSeen = () => document.visibilityState === 'visible' && wake();
  document.addEventListener('visibilitychange', ifSeen, { signal });
  return () => listening.abort();
}

/** Whether the browser has a network at all; one that does not say counts as having one. */
export const hasNetwork = (): boolean => navigator.onLine !== false;

/** Calls back when the element's size changes. Returns what stops it. */
export function observeSize(element: Element, changed: () => void): () => void {
  if (typeof ResizeObserver === 'undefined') {
    addEventListener('resize', changed);
    return () => removeEventListener('resize', changed);
  }
  const observer = new ResizeObserver(changed);
  observer.observe(element);
  return () => observer.disconnect();
}

/** Aborts after a time, or with the first of the signals. */
export function deadline(milliseconds: number, ...signals: AbortSignal[]): AbortSignal {
  // Both are younger than some browsers that can do the rest.
  if (typeof AbortSignal.any === 'function')
    return AbortSignal.any([...signals, AbortSignal.timeout(milliseconds)]);
  const controller = new AbortController();
  const abort = () => controller.abort();
  setTimeout(abort, milliseconds);
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  return controller.signal;
}
