import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '../../platform/database/index.js';
import { SessionRepository } from './session.repository.js';

const SWEEP_INTERVAL_MS = 5 * 60_000;

/** Deletes sessions that ended long ago, a bounded batch at a time; any number of instances share the work. */
@Injectable()
export class SessionSweeper {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
  ) {}

  /** @returns how many sessions were deleted. */
  @Interval(SWEEP_INTERVAL_MS)
  sweep(): Promise<number> {
    return this.database.transaction((transaction) => this.sessions.deleteOld(transaction));
  }
}
