import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
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
  private readonly logger = new Logger(ReservationExpirer.name);
  private readonly running = new Map<string, Promise<void>>();
  private readonly failing = new Set<string>();
  /** Once a closed event has no reservations it will never have any, so each is looked at once. */
  private readonly emptiedEvents = new Set<string>();
  private stopped = false;

  constructor(
    private readonly service: OrdersService,
    private readonly repository: OrdersRepository,
  ) {}

  @Interval(EXPIRY_INTERVAL_MS)
  expireDue(): Promise<void> {
    return this.once('Expiring reservations', async () => {
      while (!this.stopped && (await this.service.expireDue()) === RELEASE_BATCH);
    });
  }

  @Interval(CLOSED_EVENTS_INTERVAL_MS)
  releaseClosedEvents(): Promise<void> {
    return this.once('Releasing the reservations of closed events', async () => {
      for (const eventId of await this.repository.recentlyForceClosedEvents()) {
        if (this.stopped || this.emptiedEvents.has(eventId)) continue;
        await this.service.releaseReservationsOf(eventId);
        if (this.emptiedEvents.size >= MAX_REMEMBERED_EVENTS) this.emptiedEvents.clear();
        this.emptiedEvents.add(eventId);
      }
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
  }

  /** Runs `work` unless it is running already; a failure is left to the next round and logged when it begins. */
  private once(name: string, work: () => Promise<void>): Promise<void> {
    const current = this.running.get(name);
    if (current || this.stopped) return current ?? Promise.resolve();
    const run = work()
      .then(
        () => void this.failing.delete(name),
        (error: unknown) => {
          if (!this.failing.has(name)) this.logger.warn({ err: error, msg: `${name} fails; trying on` });
          this.failing.add(name);
        },
      )
      .finally(() => this.running.delete(name));
    this.running.set(name, run);
    return run;
  }
}
