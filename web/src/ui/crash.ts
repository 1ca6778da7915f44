import { shallowRef, type App } from 'vue';

/** What broke where no part of the page caught it. */
export const crash = shallowRef<unknown>();

/** Extensions and embedded apps run in our window too; what they break is not ours to tell. */
const isOurs = ({ error, filename }: ErrorEvent) =>
  error instanceof Error && (!filename || filename.startsWith(location.origin));

/** An act that was called off on purpose. */
const isAbort = (reason: unknown) => reason instanceof DOMException && reason.name === 'AbortError';

/** Code or a style of a page that could not be fetched, as each engine and Vite say it. */
export const isMissingFile = (error: unknown): boolean =>
  error instanceof Error &&
  /dynamically imported module|Importing a module script failed|preload CSS/i.test(error.message);

/** Turns every exception that nobody caught into a state that the page shows. Returns what stops it. */
export function watchCrashes(app: App): () => void {
  // Passed on to the browser, so that it stands in the console like any other, and comes back below.
  app.config.errorHandler = (error) => reportError(error);
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener('error', (event) => isOurs(event) && (crash.value = event.error), { signal });
  const rejected = (event: PromiseRejectionEvent) => {
    // The router sees to it that the page is loaded whole.
    if (isMissingFile(event.reason)) event.preventDefault();
    else if (!isAbort(event.reason)) crash.value = event.reason;
  };
  addEventListener('unhandledrejection', rejected, { signal });
  return () => listening.abort();
}

/** Says that the shop did not start, without any part of it; in both languages, since neither may be there. */
export function showFailedStart(root: HTMLElement): void {
  const words = [
    ['en', 'SwiftDrop did not start.', 'Load again'],
    ['zh-TW', 'SwiftDrop 無法啟動。', '重新載入'],
  ] as const;
  root.replaceChildren(
    ...words.map(([lang, text, label]) => {
      const line = document.createElement('p');
      line.lang = lang;
      line.className = 'flex flex-wrap justify-center gap-3 p-6';
      line.setAttribute('role', 'alert');
      const again = document.createElement('button');
      again.textContent = label;
      again.className = 'font-semibold underline underline-offset-4';
      again.onclick = () => location.reload();
      line.append(text, again);
      return line;
    }),
  );
}
