import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../platform/config/index.js';
import { cookieValues, hostCookie, type HostCookie } from './host-cookie.js';

const WELL_FORMED = /^([\w-]{22})\.([\w-]{43})$/;
const NONCE_BYTES = 16;
const MAX_AGE_SECONDS = 365 * 86_400;

/**
 * Recognises a browser in which an account has logged in before. Guesses of others at that account do not slow it down, so
 * a stranger cannot lock the owner out. It opens nothing by itself: one still needs the password.
 */
@Injectable()
export class DeviceCookie {
  private readonly cookie: HostCookie;
  private readonly key: Buffer;

  constructor(settings: Settings) {
    this.cookie = hostCookie('swiftdrop_device', settings);
    this.key = createHmac('sha256', settings.jwtKey).update('device cookie').digest();
  }

  set(reply: FastifyReply, email: string): void {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const value = `${nonce}.${this.sign(nonce, email).toString('base64url')}`;
    void reply.header('Set-Cookie', stringifySetCookie({ ...this.cookie, value, maxAge: MAX_AGE_SECONDS }));
  }

  /** The name of the device, if it was given to it for this account. */
  read(request: FastifyRequest, email: string): string | undefined {
    for (const value of cookieValues(request, this.cookie.name)) {
      const [, nonce, signature] = WELL_FORMED.exec(value) ?? [];
      if (nonce === undefined || signature === undefined) continue;
      if (timingSafeEqual(this.sign(nonce, email), Buffer.from(signature, 'base64url'))) return nonce;
    }
    return undefined;
  }

  private sign(nonce: string, email: string): Buffer {
    return createHmac('sha256', this.key).update(`${nonce} ${email}`).digest();
  }
}
