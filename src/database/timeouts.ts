/** Longer than any healthy queue for a row; a caller behind a stuck lock gets a clear 503 instead. */
export const LOCK_TIMEOUT_MS = 5_000;
export const STATEMENT_TIMEOUT_MS = 10_000;
