import { commonErrors } from '../errors/index.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

/** Reads the `Idempotency-Key` header, undefined if there is none. @throws IDEMPOTENCY_KEY_INVALID */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !VISIBLE_ASCII.test(header)) throw commonErrors.IDEMPOTENCY_KEY_INVALID();
  return header;
}
