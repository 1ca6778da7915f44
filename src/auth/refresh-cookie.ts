import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../config/index.js';

const NAME = 'swiftdrop_refresh';

/** 32 bytes in base64url; anything else is not worth a query. */
const WELL_FORMED = /^[\w-]{43}$/;

/** Carries the refresh token where no script can read it and no other site can send it. */
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
    const value = request.cookies[NAME];
    return value !== undefined && WELL_FORMED.test(value) ? value : undefined;
  }

  set(reply: FastifyReply, refreshToken: string): void {
    void reply.setCookie(NAME, refreshToken, { ...this.options, maxAge: this.maxAge });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(NAME, this.options);
  }
}
