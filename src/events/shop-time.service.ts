import { Injectable } from '@nestjs/common';
import { ShopTimeRepository } from './shop-time.repository.js';

/** Two clocks of ordinary machines part by less than a millisecond in this time. */
const MEASURE_EVERY_MS = 10_000;

/**
 * The database's time, which decides when a drop opens, without a query per question: ten thousand
 * countdowns ask for it. The difference to this process's monotonic clock is measured at most every ten seconds.
 */
@Injectable()
export class ShopTimeService {
  private offset = 0;
  private measuredAt = Number.NEGATIVE_INFINITY;
  private measuring: Promise<void> | undefined;

  constructor(private readonly repository: ShopTimeRepository) {}

  async now(): Promise<Date> {
    if (performance.now() - this.measuredAt > MEASURE_EVERY_MS)
      await (this.measuring ??= this.measure().finally(() => (this.measuring = undefined)));
    return new Date(performance.now() + this.offset);
  }

  private async measure(): Promise<void> {
    const before = performance.now();
    const at = await this.repository.read();
    const after = performance.now();
    this.offset = at.getTime() - (before + after) / 2;
    this.measuredAt = after;
  }
}
