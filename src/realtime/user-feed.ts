import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseSignals, RepeatingTask } from '../platform/signals/index.js';
import { OrdersService, type OrderResponse } from '../purchase/index.js';
import { ChannelHub } from './channel-hub.js';
import type { Feed } from './feed.js';
import { USER_PREFIX, type OrderNews } from './protocol.js';

/** The signal between instances, with `order-id user-id` pairs. */
const ORDERS_CHANGED = 'orders_changed';
const SEND_INTERVAL_MS = 100;
/** NOTIFY carries 8,000 bytes; a pair takes 74. */
const PAIRS_PER_SIGNAL = 100;
const MAX_WAITING_PAIRS = 100_000;

/** A minute is time enough to get to the confirm page and read it. */
const WARN_BEFORE_SECONDS = 60;
const EXPIRING_INTERVAL_MS = 5_000;

/** A user's own notices, whichever instance changed the order and whichever one they are connected to. */
@Injectable()
export class UserFeed implements Feed, OnApplicationBootstrap, OnModuleDestroy {
  private readonly unsubscribe: (() => void)[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly waiting: string[] = [];
  /** Orders that were warned of, with the end of their reservation. */
  private readonly warned = new Map<string, number>();
  private readonly sending = new RepeatingTask('Telling the other instances of orders', () => this.send());
  private readonly warning = new RepeatingTask('Warning of the end of reservations', () => this.warn());

  constructor(
    private readonly hub: ChannelHub,
    private readonly orders: OrdersService,
    private readonly signals: DatabaseSignals,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe.push(
      this.orders.onChanged((changes) => {
        for (const { orderId, userId } of changes)
          if (this.waiting.length < MAX_WAITING_PAIRS) this.waiting.push(`${orderId} ${userId}`);
      }),
      this.signals.on(ORDERS_CHANGED, (payload) => void this.heard(payload)),
    );
    this.timers.push(
      setInterval(() => void this.sending.run(), SEND_INTERVAL_MS).unref(),
      setInterval(() => void this.warning.run(), EXPIRING_INTERVAL_MS).unref(),
    );
  }

  async onModuleDestroy(): Promise<void> {
    for (const stop of this.unsubscribe) stop();
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.sending.stop(), this.warning.stop()]);
  }

  /** The user's open reservations. */
  async snapshot(userId: string): Promise<{ reservations: OrderResponse[] }> {
    return { reservations: (await this.orders.openReservations([userId])).map(({ order }) => order) };
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0) {
      const pairs = this.waiting.splice(0, PAIRS_PER_SIGNAL);
      await this.signals.broadcast(ORDERS_CHANGED, pairs.join(',')).catch(() => undefined);
    }
  }

  private async heard(payload: string): Promise<void> {
    const ids = payload
      .split(',')
      .map((pair) => pair.split(' '))
      .filter(([, userId]) => userId !== undefined && this.hub.listenerCount(USER_PREFIX + userId) > 0)
      .map(([orderId]) => orderId as string);
    if (ids.length === 0) return;
    // A lost notice is caught up with by the page's next look at its orders.
    const orders = await this.orders.byIds(ids).catch(() => []);
    for (const { userId, order } of orders)
      this.tell(userId, {
        kind: order.status === 'expired' ? 'reservation_expired' : 'order_changed',
        order,
      });
  }

  private async warn(): Promise<void> {
    const now = Date.now();
    for (const [orderId, until] of this.warned) if (until < now) this.warned.delete(orderId);
    const userIds = this.hub.active(USER_PREFIX).map((channel) => channel.slice(USER_PREFIX.length));
    if (userIds.length === 0) return;
    for (const { userId, order } of await this.orders.openReservations(userIds, WARN_BEFORE_SECONDS)) {
      if (this.warned.has(order.id)) continue;
      this.warned.set(order.id, Date.parse(order.reservedUntil));
      this.tell(userId, { kind: 'reservation_expiring', order });
    }
  }

  private tell(userId: string, news: OrderNews): void {
    void this.hub.publish(USER_PREFIX + userId, news);
  }
}
