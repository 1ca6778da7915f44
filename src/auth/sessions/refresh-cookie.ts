import { Injectable } from '@nestjs/common';
import { stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../platform/config/index.js';

const NAME = 'swiftdrop_refresh';

/** 32 bytes in base64url; anything else is not worth a query. */
const WELL_FORMED = /^[\w-]{43}$/;

/**
 * Carries the refresh token where no script can read it and no other site can send it. Where it is Secure, its prefix
 * makes browsers refuse a cookie of this name from a neighbouring subdomain or for another path. The prefix demands
 * the path `/`, so the cookie travels with every request; only refresh and log-out look at it.
 */
@Injectable()
export class RefreshCookie {
  private readonly options: {
    name: string;
    path: string;
    httpOnly: true;
    sameSite: 'strict';
    secure: boolean;
  };
  private readonly maxAge: number;

  constructor(settings: Settings) {
    const secure = settings.raw.COOKIE_SECURE === 'on';
    this.options = {
      name: secure ? `__Host-${NAME}` : NAME,
      path: secure ? '/' : '/api/v1/auth',
      httpOnly: true,
      sameSite: 'strict',
      secure,
    };
    this.maxAge = settings.raw.SESSION_TTL_DAYS * 86_400;
  }

  /**
   * Reads every well-formed token: a browser sends a cookie of the same name with a longer path first, and that junk
   * must not hide the real one. Bounded by the size of a request's headers.
   */
  readAll(request: FastifyRequest): string[] {
    const values = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
      const [name, value = ''] = pair.trim().split('=', 2);
      return name === this.options.name && WELL_FORMED.test(value) ? [value] : [];
    });
    return [...new Set(values)];
  }

  set(reply: FastifyReply, refreshToken: string): void {
    this.send(reply, refreshToken, this.maxAge);
  }

  clear(reply: FastifyReply): void {
    this.send(reply, '', 0);
  }

  private send(reply: FastifyReply, value: string, maxAge: number): void {
    void reply.header('Set-Cookie', stringifySetCookie({ value, maxAge, ...this.options }));
  }
}
