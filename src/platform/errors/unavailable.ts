/** PostgreSQL and socket codes that say "not now" rather than "never". */
const UNAVAILABLE_CODES =
  /^(08...|25P03|53...|57P0[1235]|55P03|57014|40P01|40001|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

/**
 * What pg throws without a code when it waited in vain or its connection went away, and TypeORM when that
 * happened between two statements of a transaction.
 */
const UNAVAILABLE_MESSAGES = new RegExp(
  [
    '^timeout e',
    '^Connection terminated',
    '^Client (has encountered a connection error|was closed)',
    '^Query read timeout',
    '^Query runner already released',
    '^Database connection provided by a query runner was already released',
  ].join('|'),
);

/** Whether the database is away or busy, so that the same request may succeed shortly. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && UNAVAILABLE_CODES.test(code)) ||
    (typeof message === 'string' && UNAVAILABLE_MESSAGES.test(message))
  );
}
