import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';

/** Some 15 MB. A flood from more addresses than this pushes out the longest silent ones first. */
const MAX_KEYS = 100_000;

interface Window {
  hits: number;
  endsAt: number;
}

/**
 * Counts hits per key in fixed windows. The throttler's own storage sets a timer for each hit and keeps
 * every key until its timer fires: too dear for the purchase path, and unbounded. Here a hit is one look-up
 * and one increment, and the oldest keys give way. The price is the fixed window's: up to twice the limit
 * can fall around its boundary.
 */
export class FixedWindowStorage implements ThrottlerStorage {
  private readonly windows = new LRUCache<string, Window>({ max: MAX_KEYS });

  constructor(private readonly now: () => number = () => performance.now()) {}

  async increment(key: string, ttl: number, limit: number) {
    const now = this.now();
    let window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      window = { hits: 0, endsAt: now + ttl };
      this.windows.set(key, window);
    }
    window.hits++;
    const secondsLeft = Math.ceil((window.endsAt - now) / 1000);
    return {
      totalHits: window.hits,
      timeToExpire: secondsLeft,
      isBlocked: window.hits > limit,
      timeToBlockExpire: secondsLeft,
    };
  }
}
