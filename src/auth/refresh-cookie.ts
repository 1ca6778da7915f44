import { Injectable } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../config/index.js';

const NAME = 'swiftdrop_refresh';

/** 32 bytes in base64url; anything else is not worth a query. */
const WELL_FORMED = /^[\w-]{43}$/;

/**
 * Carries the refresh token where no script can read it and no other site can send it. The `cookie` package by itself:
 * @fastify/cookie is made of it and looks for cookies in every request, and only those for tokens carry one.
 */
@Injectable()
export class RefreshCookie {
  private readonly options: {
    path: string;
    httpOnly: true;
    sameSite: 'strict';
    secure: boolean;
  };
  private readonly maxAge: number;

  constructor(settings: Settings) {
    this.options = {
      path: '/api/v1/auth',
      httpOnly: true,
      sameSite: 'strict',
      secure: settings.raw.COOKIE_SECURE === 'on',
    };
    this.maxAge = settings.raw.SESSION_TTL_DAYS * 86_400;
  }

  read(request: FastifyRequest): string | undefined {
    const value = parseCookie(request.headers.cookie ?? '')[NAME];
    return value !== undefined && WELL_FORMED.test(value) ? value : undefined;
  }

  set(reply: FastifyReply, refreshToken: string): void {
    this.send(reply, refreshToken, this.maxAge);
  }

  clear(reply: FastifyReply): void {
    this.send(reply, '', 0);
  }

  private send(reply: FastifyReply, value: string, maxAge: number): void {
    void reply.header('Set-Cookie', stringifySetCookie({ name: NAME, value, maxAge, ...this.options }));
  }
}
