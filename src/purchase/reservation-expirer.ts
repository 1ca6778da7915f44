import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RepeatingTask } from '../platform/signals/index.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersService, RELEASE_BATCH } from './orders.service.js';

/** Stock has to be back within a second of its reservation's time; looking costs one index probe. */
const EXPIRY_INTERVAL_MS = 250;

/** Closing an event releases its reservations itself; this only picks up what a crash cut short. */
const CLOSED_EVENTS_INTERVAL_MS = 2_000;

const MAX_REMEMBERED_EVENTS = 10_000;

/**
 * Gives back the stock of reservations whose time is over, and of events that were closed by force. Every
 * instance runs one; they share the work.
 */
@Injectable()
export class ReservationExpirer implements OnModuleDestroy {
  /** Once a closed event has no reservations it will never have any, so each is looked at once. */
  private readonly emptiedEvents = new Set<string>();
  private readonly expiry = new RepeatingTask('Expiring reservations', async () => {
    while (!this.expiry.isStopped && (await this.service.expireDue()) === RELEASE_BATCH);
  });
  private readonly closing = new RepeatingTask('Releasing the reservations of closed events', async () => {
    for (const eventId of await this.repository.recentlyForceClosedEvents()) {
      if (this.closing.isStopped || this.emptiedEvents.has(eventId)) continue;
      await this.service.releaseReservationsOf(eventId);
      if (this.emptiedEvents.size >= MAX_REMEMBERED_EVENTS) this.emptiedEvents.clear();
      this.emptiedEvents.add(eventId);
    }
  });

  constructor(
    private readonly service: OrdersService,
    private readonly repository: OrdersRepository,
  ) {}

  @Interval(EXPIRY_INTERVAL_MS)
  expireDue(): Promise<void> {
    return this.expiry.run();
  }

  @Interval(CLOSED_EVENTS_INTERVAL_MS)
  releaseClosedEvents(): Promise<void> {
    return this.closing.run();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.expiry.stop(), this.closing.stop()]);
  }
}
