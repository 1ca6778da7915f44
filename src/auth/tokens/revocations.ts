import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MAX_ACCESS_TOKEN_TTL_SECONDS } from '../../platform/config/index.js';
import { RepeatingTask } from '../../platform/signals/index.js';
import { RevocationRepository } from './revocation.repository.js';

const POLL_INTERVAL_MS = 500;

/** How long tokens are believed without news. Longer, and a cut-off instance would serve the banned. */
const STALE_AFTER_MS = 5_000;

/**
 * Transactions commit in another order than their rows' times: each reading goes back this far before the
 * last. No transaction of ours lives as long: each statement may take ten seconds, and they have a few.
 */
const OVERLAP_SECONDS = 60;

/** Instances may differ in their settings during a deployment, so the longest life that any may grant. */
const KEEP_SECONDS = MAX_ACCESS_TOKEN_TTL_SECONDS + OVERLAP_SECONDS;

const SWEEP_INTERVAL_MS = 60_000;

/**
 * Which access tokens must no longer be honoured, held in memory and read from the database twice a second:
 * no query per request, and every instance knows within a second. When the database cannot be read it
 * fails closed. Bounded by what a log-in costs: an entry needs a session, and it is dropped when the last
 * token of that session is dead. Times are the process's monotonic ones, whatever happens to the clock.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sessions = new Map<string, { dropAt: number }>();
  private readonly users = new Map<string, { dropAt: number; minTokenVersion: number }>();
  /** The database's time of the last reading. */
  private readUpTo: string | undefined;
  private lastReadAt = -Infinity;
  private lastSweepAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private readonly reading = new RepeatingTask('Reading revocations', () => this.read());

  constructor(private readonly repository: RevocationRepository) {}

  get areStale(): boolean {
    return performance.now() - this.lastReadAt > STALE_AFTER_MS;
  }

  /** Whether a token with these claims was revoked. */
  cover(userId: string, sessionId: string, tokenVersion: number): boolean {
    if (this.sessions.has(sessionId)) return true;
    const user = this.users.get(userId);
    return user !== undefined && tokenVersion < user.minTokenVersion;
  }

  /** Makes this instance know at once what the others read within a second; for after the commit. */
  endedHere(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.addSession(id, 0);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.reading.run();
    this.timer = setInterval(() => void this.reading.run(), POLL_INTERVAL_MS);
  }

  /** After the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading.stop();
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const { readAt, revocations } = await this.repository.readSince(this.readUpTo, OVERLAP_SECONDS);
    for (const { sessionId, userId, minTokenVersion, ageSeconds } of revocations) {
      if (sessionId !== null) this.addSession(sessionId, ageSeconds);
      if (userId !== null && minTokenVersion !== null) this.addUser(userId, minTokenVersion, ageSeconds);
    }
    this.readUpTo = readAt;
    this.lastReadAt = startedAt;
    if (startedAt - this.lastSweepAt > SWEEP_INTERVAL_MS) await this.sweep();
  }

  private addSession(id: string, ageSeconds: number): void {
    this.sessions.set(id, { dropAt: dropTime(ageSeconds) });
  }

  private addUser(id: string, minTokenVersion: number, ageSeconds: number): void {
    const known = this.users.get(id)?.minTokenVersion ?? 0;
    this.users.set(id, {
      dropAt: dropTime(ageSeconds),
      minTokenVersion: Math.max(known, minTokenVersion),
    });
  }

  private async sweep(): Promise<void> {
    this.lastSweepAt = performance.now();
    for (const entries of [this.sessions, this.users])
      for (const [id, { dropAt }] of entries) if (dropAt < this.lastSweepAt) entries.delete(id);
    await this.repository.deleteOlderThan(KEEP_SECONDS);
  }
}

function dropTime(ageSeconds: number): number {
  return performance.now() + (KEEP_SECONDS - ageSeconds) * 1000;
}
