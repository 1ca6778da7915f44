import type { FastifyRequest } from 'fastify';
import type { Settings } from '../../platform/config/index.js';

/** Name and attributes of a cookie of ours. */
export interface HostCookie {
  name: string;
  path: string;
  httpOnly: true;
  sameSite: 'strict';
  secure: boolean;
}

/**
 * A cookie that no script can read and no other site can send. Where it is Secure, its prefix makes browsers refuse a
 * cookie of this name from a neighbouring subdomain or for another path. The prefix demands the path `/`, so the
 * cookie travels with every request; only the routes of accounts look at it.
 */
export function hostCookie(name: string, settings: Settings): HostCookie {
  const secure = settings.raw.COOKIE_SECURE === 'on';
  return {
    name: secure ? `__Host-${name}` : name,
    path: secure ? '/' : '/api/v1/auth',
    httpOnly: true,
    sameSite: 'strict',
    secure,
  };
}

/**
 * Every value of the cookies of this name, not only the first: a browser sends one with a longer path first, and that
 * junk must not hide the real one. Bounded by the size of a request's headers.
 */
export function cookieValues(request: FastifyRequest, name: string): string[] {
  const values = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [found, value = ''] = pair.trim().split('=', 2);
    return found === name ? [value] : [];
  });
  return [...new Set(values)];
}
