import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Settings } from '../config/index.js';
import { FixedWindowStorage } from './fixed-window.storage.js';
import { RedisWindows } from './redis-windows.js';

export type RateLimitName = 'login' | 'register' | 'purchase' | 'comment' | 'read';

/** Under which key a limit counts a user or an address. */
export const keyOf = (limit: RateLimitName, tracker: string) => `${limit} ${tracker}`;

/** Counted by each instance for itself whatever is set: purchases and reads wait for their store and for nothing else. */
const NEVER_SHARED = [keyOf('purchase', ''), keyOf('read', '')];

/**
 * Where hits are counted: here, and with REDIS_URL for all instances together. What an instance has counted itself goes
 * on beside, so that losing Redis opens no new window, and who is over the limit here costs Redis nothing.
 */
@Injectable()
export class RateLimitStorage implements ThrottlerStorage, OnModuleInit, OnApplicationShutdown {
  private readonly own = new FixedWindowStorage();
  /** Undefined if none is set. */
  readonly redis: RedisWindows | undefined;

  constructor({ raw: { REDIS_URL } }: Settings) {
    this.redis = REDIS_URL === undefined ? undefined : new RedisWindows(REDIS_URL);
  }

  onModuleInit(): void {
    this.redis?.open();
  }

  /** After the HTTP server has finished its requests. */
  onApplicationShutdown(): void {
    this.redis?.close();
  }

  /** Of Redis; undefined if none is set. */
  get redisStatus(): 'up' | 'down' | undefined {
    return this.redis?.status;
  }

  /** Asks Redis itself. @throws if it does not answer */
  async pingRedis(): Promise<void> {
    await this.redis?.ping();
  }

  increment(key: string, ttl: number, limit: number) {
    const here = this.own.increment(key, ttl, limit);
    if (!this.redis || NEVER_SHARED.some((prefix) => key.startsWith(prefix))) return here;
    return this.together(here, this.redis, key, ttl, limit);
  }

  private async together(
    counting: ReturnType<FixedWindowStorage['increment']>,
    shared: RedisWindows,
    key: string,
    ttl: number,
    limit: number,
  ) {
    const here = await counting;
    if (here.isBlocked) return here;
    const window = await shared.count(key, ttl);
    if (!window || window.hits < here.totalHits) return here;
    const secondsLeft = Math.max(1, Math.ceil(window.msLeft / 1000));
    return {
      totalHits: window.hits,
      timeToExpire: secondsLeft,
      isBlocked: window.hits > limit,
      timeToBlockExpire: secondsLeft,
    };
  }
}
