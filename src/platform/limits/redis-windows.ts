import { Logger } from '@nestjs/common';
import { createClient } from '@redis/client';

/** What a request waits for Redis at most; a healthy one answers within a millisecond. */
const ANSWER_WITHIN_MS = 200;
/** After a question without an answer one request in this time asks again; an outage is not paid for by each. */
const REST_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_000;
const LONGEST_RECONNECT_PAUSE_MS = 2_000;

const PREFIX = 'swiftdrop:limit:';

/** One hit and when its window ends, in one step: a key without an end would count for ever. */
const COUNT = `
local hits = redis.call('INCR', KEYS[1])
if hits == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {hits, redis.call('PTTL', KEYS[1])}
`;

/** Takes a guess as GuessBrake does, by the clock of Redis: 0, or the milliseconds to wait. */
const TAKE_GUESS = `
local free, longest, forget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waitUntil = tonumber(redis.call('HGET', KEYS[1], 'waitUntil') or 0)
if waitUntil > now then return waitUntil - now end
local surplus = redis.call('HINCRBY', KEYS[1], 'count', 1) - free
local wait = surplus > 0 and math.min(1000 * 2 ^ (surplus - 1), longest) or 0
redis.call('HSET', KEYS[1], 'waitUntil', string.format('%.0f', now + wait))
redis.call('PEXPIRE', KEYS[1], forget)
return 0
`;

const GIVE_GUESS_BACK = `
if tonumber(redis.call('HGET', KEYS[1], 'count') or 0) > 0 then
  redis.call('HINCRBY', KEYS[1], 'count', -1)
  redis.call('HSET', KEYS[1], 'waitUntil', 0)
end
return 0
`;

export interface GuessLimits {
  freeGuesses: number;
  longestWaitMs: number;
  forgetAfterMs: number;
}

export interface SharedWindow {
  hits: number;
  msLeft: number;
}

/**
 * Counts of hits and guesses in Redis or Valkey, one for all instances. Nobody waits for it at boot, and whoever asks while it is
 * away is told so: it may be lost at any time, and what it knew with it.
 */
export class RedisWindows {
  private readonly logger = new Logger('Redis');
  private readonly client;
  private restsUntil = 0;
  private isMissed = false;

  constructor(url: string) {
    this.client = createClient({
      url,
      name: 'swiftdrop',
      // What could not be asked at once is not asked later: it would count hits long past.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, LONGEST_RECONNECT_PAUSE_MS),
      },
    });
    this.client.on('error', (error: Error) => this.miss(error));
    this.client.on('ready', () => {
      this.isMissed = false;
      this.restsUntil = 0;
      this.logger.log('Redis is connected; the instances count together.');
    });
  }

  open(): void {
    // Failures are reported where they are met, and it goes on trying.
    void this.client.connect().catch(() => undefined);
  }

  close(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  get status(): 'up' | 'down' {
    return this.client.isReady && !this.isMissed ? 'up' : 'down';
  }

  /** @throws if Redis does not answer in time */
  async ping(): Promise<void> {
    if (!this.client.isReady) throw new Error('not connected');
    await this.answerOf(() => this.client.ping());
  }

  /** Counts a hit; undefined if Redis does not answer in time. */
  async count(key: string, windowMs: number): Promise<SharedWindow | undefined> {
    const answer = await this.ask<[number, number]>(COUNT, key, [windowMs]);
    return answer && { hits: answer[0], msLeft: answer[1] };
  }

  /** 0, or the milliseconds to wait before the next guess; undefined if Redis does not answer in time. */
  takeGuess(key: string, limits: GuessLimits): Promise<number | undefined> {
    const { freeGuesses, longestWaitMs, forgetAfterMs } = limits;
    return this.ask(TAKE_GUESS, key, [freeGuesses, longestWaitMs, forgetAfterMs]);
  }

  async giveGuessBack(key: string): Promise<void> {
    await this.ask(GIVE_GUESS_BACK, key, []);
  }

  private async ask<Answer>(
    script: string,
    key: string,
    numbers: readonly number[],
  ): Promise<Answer | undefined> {
    if (!this.client.isReady || performance.now() < this.restsUntil) return undefined;
    // While it is missed one asks, and the others do not wait with it.
    if (this.isMissed) this.rest();
    return this.answerOf(() =>
      this.client.eval(script, { keys: [PREFIX + key], arguments: numbers.map(String) }),
    ).catch(() => undefined) as Promise<Answer | undefined>;
  }

  /** Any answer in time says that Redis is back, although its connection was never lost. */
  private async answerOf<T>(ask: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${ANSWER_WITHIN_MS} ms`);
      timer = setTimeout(() => reject(error), ANSWER_WITHIN_MS);
    });
    try {
      const answer = await Promise.race([ask(), tooLate]);
      if (this.isMissed) this.logger.log('Redis answers again; the instances count together.');
      this.isMissed = false;
      this.restsUntil = 0;
      return answer;
    } catch (error) {
      this.rest();
      this.miss(error as Error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private rest(): void {
    this.restsUntil = performance.now() + REST_MS;
  }

  /** One line says it for all, until Redis is back. */
  private miss(error: Error): void {
    if (this.isMissed) return;
    this.isMissed = true;
    this.logger.warn(
      `Redis does not answer; each instance counts for itself until it does: ${error.message}`,
    );
  }
}
