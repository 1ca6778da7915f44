import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11000;

/**
 * A value for a filter, which must be a string whatever its type claims: an object there would be read as
 * operators. The port's callers have validated; this holds even if one forgets.
 */
export function exactly(value: string): string {
  if (typeof value !== 'string') throw new TypeError('a filter takes strings only');
  return value;
}

/** Tells whether a unique index, the primary one included, refused a document. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}
