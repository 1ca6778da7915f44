import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** All our tokens begin with it. One with another header, and so with another algorithm, is not ours. */
const HEADER = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.`;

/**
 * The claims of a JWT that we signed, whatever they say; undefined if it is not ours.
 *
 * In a rush every request brings a token of its own, and for tokens of one kind jsonwebtoken's look at each
 * option, and its second decoding, cost as much again as the signature: 5.7 µs against 2.9.
 */
export function signedClaims(token: string, key: KeyObject): Record<string, unknown> | undefined {
  const signedEnd = token.lastIndexOf('.');
  if (!token.startsWith(HEADER) || signedEnd < HEADER.length) return undefined;
  const signature = createHmac('sha256', key).update(token.slice(0, signedEnd)).digest('base64url');
  const expected = Buffer.from(signature);
  const given = Buffer.from(token.slice(signedEnd + 1));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(token.slice(HEADER.length, signedEnd), 'base64url').toString()) as Record<
    string,
    unknown
  >;
}
