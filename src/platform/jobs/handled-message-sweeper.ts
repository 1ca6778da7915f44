import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { JobsRepository } from './jobs.repository.js';
import { KEPT_DAYS } from './queue-options.js';

const SWEEP_INTERVAL_MS = 60 * 60_000;
const BATCH = 5_000;
const MAX_ROUNDS = 20;

/** Forgets, in bounded batches, what was handled so long ago that no job of it is left. */
@Injectable()
export class HandledMessageSweeper {
  constructor(private readonly repository: JobsRepository) {}

  @Interval(SWEEP_INTERVAL_MS)
  async sweep(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++)
      if ((await this.repository.deleteHandled(KEPT_DAYS, BATCH)) < BATCH) return;
  }
}
