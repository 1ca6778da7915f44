import { Injectable } from '@nestjs/common';
import { stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../platform/config/index.js';
import { cookieValues, hostCookie, type HostCookie } from './host-cookie.js';

/** 32 bytes in base64url; anything else is not worth a query. */
const WELL_FORMED = /^[\w-]{43}$/;

/** Carries the refresh token. */
@Injectable()
export class RefreshCookie {
  private readonly cookie: HostCookie;
  private readonly maxAge: number;

  constructor(settings: Settings) {
    this.cookie = hostCookie('swiftdrop_refresh', settings);
    this.maxAge = settings.raw.SESSION_TTL_DAYS * 86_400;
  }

  /** Every well-formed token: others may have put junk beside the one that is ours. */
  readAll(request: FastifyRequest): string[] {
    return cookieValues(request, this.cookie.name).filter((value) => WELL_FORMED.test(value));
  }

  set(reply: FastifyReply, refreshToken: string): void {
    this.send(reply, refreshToken, this.maxAge);
  }

  clear(reply: FastifyReply): void {
    this.send(reply, '', 0);
  }

  private send(reply: FastifyReply, value: string, maxAge: number): void {
    void reply.header('Set-Cookie', stringifySetCookie({ ...this.cookie, value, maxAge }));
  }
}
