import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { IdempotencyRepository } from './idempotency.repository.js';

const SWEEP_INTERVAL_MS = 5 * 60_000;
/** Long enough for a client that was offline over night. */
const LIFETIME_HOURS = 24;
/** More than anybody does in a day; beyond it the oldest are forgotten. */
const MAX_PER_USER = 1_000;
const BATCH = 1_000;

/** Forgets keys in bounded batches; any number of instances share the work. */
@Injectable()
export class IdempotencySweeper {
  constructor(private readonly records: IdempotencyRepository) {}

  /** @returns how many keys were forgotten. */
  @Interval(SWEEP_INTERVAL_MS)
  async sweep(): Promise<number> {
    let forgotten = 0;
    for (let round = 0; round < 20; round++) {
      const deleted = await this.records.deleteOld(LIFETIME_HOURS, MAX_PER_USER, BATCH);
      forgotten += deleted;
      if (deleted < BATCH) break;
    }
    return forgotten;
  }
}
