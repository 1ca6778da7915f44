import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';
import { subscriberOf } from '../platform/limits/index.js';
import type { AppError } from '../platform/errors/index.js';
import { Settings } from '../platform/config/index.js';
import { realtimeErrors } from './realtime.errors.js';

const RETRY_AFTER_SECONDS = 10;

/**
 * Decides who may open a realtime connection. These stay open for hours and need no account, so they are bounded in all
 * and per address, and other sites may not open them through their visitors' browsers.
 */
@Injectable()
export class Admission {
  private readonly isTrustedProxy: ReturnType<typeof proxyAddr.compile>;
  private readonly perAddress = new Map<string, number>();
  private total = 0;

  constructor(private readonly settings: Settings) {
    this.isTrustedProxy = proxyAddr.compile(settings.raw.TRUSTED_PROXIES);
  }

  /** Counts the socket of a handshake until it closes, or returns why it is refused. */
  admit(request: IncomingMessage): AppError | undefined {
    if (!this.isOwnPage(request)) return realtimeErrors.ORIGIN_NOT_ALLOWED();
    const address = subscriberOf(proxyAddr(request, this.isTrustedProxy));
    const ofAddress = this.perAddress.get(address) ?? 0;
    if (ofAddress >= this.settings.raw.REALTIME_CONNECTIONS_PER_ADDRESS)
      return realtimeErrors.TOO_MANY_CONNECTIONS({ retryAfterSeconds: RETRY_AFTER_SECONDS });
    if (this.total >= this.settings.realtimeMaxConnections)
      return realtimeErrors.REALTIME_FULL({ retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.total++;
    this.perAddress.set(address, ofAddress + 1);
    request.socket.once('close', () => this.release(address));
    return undefined;
  }

  private release(address: string): void {
    this.total--;
    const left = (this.perAddress.get(address) ?? 0) - 1;
    if (left > 0) this.perAddress.set(address, left);
    else this.perAddress.delete(address);
  }

  /** Programs send no Origin; browsers always do, and pages cannot change it. */
  private isOwnPage({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined) return true;
    if (this.settings.raw.ALLOWED_ORIGINS.includes(origin)) return true;
    return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
  }
}
