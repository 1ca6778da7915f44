import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Settings } from '../config/index.js';
import { RateLimitStorage } from './rate-limit.storage.js';
import type { GuessLimits } from './redis-windows.js';

/** Guesses without a wait: as many as an owner needs who tries all of their passwords. */
const FREE_GUESSES = 10;
/** Doubles from one second to this. It bounds a stranger to 300 guesses a day, and what an owner on a new device waits. */
const LONGEST_WAIT_MS = 300_000;
/** Counted anew after this long without a guess. */
const FORGET_AFTER_MS = 3_600_000;

/** Some 10 MB; beyond it the accounts that were left alone for longest are forgotten first. */
const MAX_KEYS = 50_000;

const LIMITS: GuessLimits = {
  freeGuesses: FREE_GUESSES,
  longestWaitMs: LONGEST_WAIT_MS,
  forgetAfterMs: FORGET_AFTER_MS,
};

/**
 * Slows down guesses at one password. Each guess is taken before the password is looked at, so that many at once gain
 * nothing, and given back if it was right. Counts here and, with REDIS_URL, for all instances together; without Redis N
 * instances allow N times as many.
 */
@Injectable()
export class GuessBrake {
  private readonly guesses = new LRUCache<string, { count: number; waitUntil: number }>({
    max: MAX_KEYS,
    ttl: FORGET_AFTER_MS,
  });
  private readonly enabled: boolean;

  constructor(
    private readonly storage: RateLimitStorage,
    settings: Settings,
  ) {
    this.enabled = settings.rateLimitsEnabled;
  }

  /** @returns 0 if the guess may be made, else the seconds to wait. */
  async take(key: string): Promise<number> {
    if (!this.enabled) return 0;
    const waitHere = this.takeHere(key);
    if (waitHere > 0) return Math.ceil(waitHere / 1000);
    const waitShared = (await this.storage.redis?.takeGuess(key, LIMITS)) ?? 0;
    if (waitShared > 0) this.giveBackHere(key);
    return Math.ceil(waitShared / 1000);
  }

  async giveBack(key: string): Promise<void> {
    if (!this.enabled) return;
    this.giveBackHere(key);
    await this.storage.redis?.giveGuessBack(key);
  }

  private takeHere(key: string): number {
    const now = performance.now();
    const { count, waitUntil } = this.guesses.get(key) ?? { count: 0, waitUntil: 0 };
    if (waitUntil > now) return waitUntil - now;
    const surplus = count + 1 - FREE_GUESSES;
    const wait = surplus > 0 ? Math.min(1000 * 2 ** (surplus - 1), LONGEST_WAIT_MS) : 0;
    this.guesses.set(key, { count: count + 1, waitUntil: now + wait });
    return 0;
  }

  private giveBackHere(key: string): void {
    const guesses = this.guesses.get(key);
    if (guesses) this.guesses.set(key, { count: Math.max(0, guesses.count - 1), waitUntil: 0 });
  }
}
