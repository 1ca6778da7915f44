import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseSignals } from '../platform/signals/index.js';
import { EVENTS_CHANGED, EventsService } from '../events/index.js';
import { ClaimService, OrdersService, SalesFigures } from '../purchase/index.js';
import { ChannelHub } from './channel-hub.js';
import { Coalescer } from './coalescer.js';
import type { Feed } from './feed.js';
import { EVENT_PREFIX, type EventState } from './protocol.js';
import { Viewers } from './viewers.js';

/** Ten a second is as fast as a person can follow a falling number, however fast it sells. */
const PUBLISH_INTERVAL_MS = 100;

/**
 * Units on hold are summed over the item's orders, which costs more than reading its stock; once a second
 * is enough for "may return".
 */
const HELD_INTERVAL_MS = 1_000;

/** The signal between instances, with the event's id: its stock is not what it was. */
const STOCK_CHANGED = 'stock_changed';

interface HeldUnits {
  readAt: number;
  units: Map<string, number>;
  lookAgain: NodeJS.Timeout | undefined;
}

/**
 * Stock and status of an event, live. Nothing of it rides in the purchase transaction: after a commit, the
 * instance that sold signals the others, at most ten times a second per event, and every instance with
 * listeners reads the truth at most ten times a second and sends it to all of them.
 */
@Injectable()
export class EventFeed implements Feed, OnApplicationBootstrap, OnModuleDestroy {
  private readonly outgoing: Coalescer;
  private readonly incoming: Coalescer;
  private readonly held = new Map<string, HeldUnits>();
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly hub: ChannelHub,
    private readonly events: EventsService,
    private readonly sales: SalesFigures,
    private readonly claims: ClaimService,
    private readonly orders: OrdersService,
    private readonly signals: DatabaseSignals,
    private readonly viewers: Viewers,
  ) {
    this.outgoing = new Coalescer(PUBLISH_INTERVAL_MS, (eventId) =>
      this.signals.broadcast(STOCK_CHANGED, eventId),
    );
    this.incoming = new Coalescer(PUBLISH_INTERVAL_MS, (eventId) => this.publish(eventId));
  }

  onApplicationBootstrap(): void {
    this.unsubscribe.push(
      this.claims.onBatch(({ soldOf }) => soldOf.forEach((eventId) => this.changed(eventId))),
      this.orders.onChanged((changes) => {
        for (const eventId of new Set(changes.map((change) => change.eventId))) this.changed(eventId);
      }),
      this.signals.on(STOCK_CHANGED, (eventId) => this.heard(eventId)),
      this.signals.on(EVENTS_CHANGED, (eventId) => this.heard(eventId)),
      this.viewers.onChange((eventId) => this.heard(eventId)),
    );
  }

  onModuleDestroy(): void {
    for (const stop of this.unsubscribe) stop();
    for (const { lookAgain } of this.held.values()) clearTimeout(lookAgain);
    this.outgoing.stop();
    this.incoming.stop();
  }

  /** @throws EVENT_NOT_FOUND */
  async snapshot(eventId: string): Promise<EventState> {
    const [event, held] = await Promise.all([this.events.get(eventId), this.heldUnits(eventId)]);
    return {
      eventId,
      version: event.version,
      status: event.status,
      startsAt: event.startsAt,
      endsAt: event.endsAt,
      closedAt: event.closedAt,
      items: event.items.map(({ id, stockRemaining }) => ({ id, stockRemaining, held: held.get(id) ?? 0 })),
      viewers: this.viewers.count(eventId),
      serverTime: event.serverTime,
    };
  }

  joined(eventId: string): void {
    this.viewers.set(eventId, this.hub.listenerCount(EVENT_PREFIX + eventId));
  }

  left(eventId: string): void {
    const count = this.hub.listenerCount(EVENT_PREFIX + eventId);
    this.viewers.set(eventId, count);
    if (count > 0) return;
    clearTimeout(this.held.get(eventId)?.lookAgain);
    this.held.delete(eventId);
  }

  /** This instance changed it: tell the others, and our own listeners even if the signals are down. */
  private changed(eventId: string): void {
    this.outgoing.request(eventId);
    this.heard(eventId);
  }

  /** An empty id says that signals may have been missed. */
  private heard(eventId: string): void {
    if (eventId === '') {
      for (const channel of this.hub.active(EVENT_PREFIX))
        this.incoming.request(channel.slice(EVENT_PREFIX.length));
      return;
    }
    if (this.hub.listenerCount(EVENT_PREFIX + eventId) > 0) this.incoming.request(eventId);
  }

  private async publish(eventId: string): Promise<void> {
    await this.hub.publish(EVENT_PREFIX + eventId, {
      kind: 'event_changed',
      ...(await this.snapshot(eventId)),
    });
  }

  private async heldUnits(eventId: string): Promise<Map<string, number>> {
    const known = this.held.get(eventId);
    const age = known ? performance.now() - known.readAt : Infinity;
    if (known && age < HELD_INTERVAL_MS) {
      // This change is shown with the sum of before it; one more look follows when that may be read anew.
      known.lookAgain ??= setTimeout(() => {
        this.held.delete(eventId);
        this.heard(eventId);
      }, HELD_INTERVAL_MS - age).unref();
      return known.units;
    }
    const units = await this.sales.heldUnits(eventId);
    if (this.hub.listenerCount(EVENT_PREFIX + eventId) > 0)
      this.held.set(eventId, { readAt: performance.now(), units, lookAgain: undefined });
    return units;
  }
}
