/** The ETag of an event. It names the edit, not the stock, so it guards edits and is no cache validator. */
export function eventTag(event: { version: number }): string {
  return `"${event.version}"`;
}

/** No event has it, so what cannot be read as a version is refused as changed. */
const NO_VERSION = -1;

/** The version that an `If-Match` header demands; undefined without a header. `*` would waive the check. */
export function versionFromIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const digits = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  return digits === undefined ? NO_VERSION : Number(digits);
}
