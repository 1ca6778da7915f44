import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsService } from '../events/index.js';
import { RepeatingTask } from '../platform/signals/index.js';
import { SalesFigures } from '../purchase/index.js';
import { ChannelHub } from './channel-hub.js';
import type { Feed } from './feed.js';
import { DASHBOARD_CHANNEL, type DashboardState } from './protocol.js';

/** A chart of orders per second needs a point a second. */
const INTERVAL_MS = 1_000;
/** As many drops on sale as a dashboard can show. */
const MAX_EVENTS = 100;

/** The figures of the drops that sell now, once a second while an admin looks. */
@Injectable()
export class DashboardFeed implements Feed, OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private readonly publishing = new RepeatingTask('Reading the figures of the dashboard', () =>
    this.publish(),
  );

  constructor(
    private readonly hub: ChannelHub,
    private readonly events: EventsService,
    private readonly sales: SalesFigures,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.publishing.run(), INTERVAL_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.publishing.stop();
  }

  async snapshot(): Promise<DashboardState> {
    const selling = await this.events.onSale(MAX_EVENTS);
    const figures = await this.sales.forEvents(selling.map(({ id }) => id));
    return {
      events: selling.flatMap(({ id, status }) => {
        const sales = figures.get(id);
        return sales ? [{ eventId: id, status, ...sales }] : [];
      }),
      serverTime: new Date().toISOString(),
    };
  }

  private async publish(): Promise<void> {
    if (this.hub.listenerCount(DASHBOARD_CHANNEL) === 0) return;
    await this.hub.publish(DASHBOARD_CHANNEL, { kind: 'figures_changed', ...(await this.snapshot()) });
  }
}
