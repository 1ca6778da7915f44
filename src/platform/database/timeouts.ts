/** Longer than any healthy queue for a row; a caller behind a stuck lock gets a clear 503 instead. */
const LOCK_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * How long PostgreSQL keeps a transaction whose client says nothing: one on a machine that lost its power would
 * hold its locks, of a hot item say, until TCP gives up after two hours.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;

/** What every connection that serves requests asks of PostgreSQL when it opens. */
export const SESSION_OPTIONS = [
  `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
  `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
  `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
].join(' ');

/**
 * Longer than any transaction of ours: a few statements of at most ten seconds. A connection that is lent for
 * longer leads to a server that has gone without a word.
 */
export const LENT_LIMIT_MS = 30_000;
