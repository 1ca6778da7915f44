import type { Response } from 'supertest';

/** The refresh cookie that a response sets, as `name=value`, with its attributes. */
export function refreshCookieOf(response: Response): { pair: string; attributes: string[] } {
  const header = response.headers['set-cookie'] as unknown as string[] | undefined;
  const cookie = header?.find((line) => /^(__Host-)?swiftdrop_refresh=/.test(line));
  if (!cookie) throw new Error('The response sets no refresh cookie');
  const [pair = '', ...attributes] = cookie.split('; ');
  return { pair, attributes };
}
