import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { RateLimitStorage } from '../platform/limits/index.js';
import { Database } from '../platform/database/index.js';
import { ReviewStoreHealth } from '../reviews/index.js';

export type StoreState = 'up' | 'down';

export interface ReadinessReport {
  status: 'ready' | 'degraded' | 'unavailable' | 'stopping';
  stores: Record<string, StoreState>;
}

/** Longer than a healthy database ever takes, shorter than a balancer waits. */
const PING_TIMEOUT_MS = 2_000;
/** However many ask, the database is asked once a second. */
const CACHE_MS = 1_000;

/** Whether this instance should be sent requests: PostgreSQL answers, and nobody has asked it to stop. */
@Injectable()
export class ReadinessService implements OnModuleDestroy {
  private readonly logger = new Logger('Readiness');
  private stopping = false;
  private lastPing: { at: number; result: Promise<StoreState> } | undefined;
  private known: StoreState = 'up';

  constructor(
    private readonly database: Database,
    private readonly reviews: ReviewStoreHealth,
    private readonly rateLimits: RateLimitStorage,
  ) {}

  async report(): Promise<ReadinessReport> {
    const stores: Record<string, StoreState> = { postgresql: await this.postgres() };
    if (this.reviews.kind !== 'postgresql') stores[this.reviews.kind] = this.reviews.status();
    const redis = this.rateLimits.redisStatus;
    if (redis) stores.redis = redis;
    if (this.stopping) return { status: 'stopping', stores };
    if (stores.postgresql === 'down') return { status: 'unavailable', stores };
    return { status: Object.values(stores).includes('down') ? 'degraded' : 'ready', stores };
  }

  /** From now on balancers are told to send no more; requests already here are finished. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  private postgres(): Promise<StoreState> {
    const now = performance.now();
    if (!this.lastPing || now - this.lastPing.at > CACHE_MS) this.lastPing = { at: now, result: this.ping() };
    return this.lastPing.result;
  }

  private async ping(): Promise<StoreState> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'down'>((resolve) => {
      timer = setTimeout(() => resolve('down'), PING_TIMEOUT_MS);
    });
    const answer = this.database.ping().then(
      () => 'up' as const,
      () => 'down' as const,
    );
    const state = await Promise.race([answer, tooLate]);
    clearTimeout(timer);
    if (state !== this.known)
      this.logger[state === 'down' ? 'error' : 'log'](
        state === 'down' ? 'PostgreSQL does not answer; nothing can be sold.' : 'PostgreSQL is back.',
      );
    this.known = state;
    return state;
  }
}
