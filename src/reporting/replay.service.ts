import { Injectable } from '@nestjs/common';
import { commonErrors } from '../platform/errors/index.js';
import { Money } from '../platform/values/index.js';
import { EventsService } from '../events/index.js';
import type { ReplayQuery, ReplayResponse } from './dto/replay.response.js';
import { ReplayRepository } from './replay.repository.js';

/** How a drop went, over time. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly events: EventsService,
    private readonly replays: ReplayRepository,
  ) {}

  /**
   * All figures are of one snapshot, and computed in the database; only the intervals are sent.
   * @throws EVENT_NOT_FOUND, VALIDATION_FAILED for a window that ends before it begins
   */
  async of(eventId: string, { from, to, buckets: maxBuckets }: ReplayQuery): Promise<ReplayResponse> {
    if (from && to && Date.parse(to) <= Date.parse(from))
      throw commonErrors.VALIDATION_FAILED({ errors: [{ field: 'to', message: 'to must be after from' }] });
    await this.events.get(eventId);
    const { openedAt, windowStart, buckets, revenue, ...figures } = await this.replays.of(eventId, {
      from,
      to,
      maxBuckets,
    });
    return {
      eventId,
      openedAt: openedAt.toISOString(),
      ...figures,
      revenue: revenue.map(({ amount, currency }) => Money.of(amount, currency)),
      buckets: buckets.map((bucket, index) => ({
        at: new Date(windowStart.getTime() + index * figures.bucketSeconds * 1000).toISOString(),
        ...bucket,
      })),
    };
  }
}
