import { Injectable } from '@nestjs/common';
import { DashboardFeed } from './dashboard-feed.js';
import { EventFeed } from './event-feed.js';
import type { Feed } from './feed.js';
import { DASHBOARD_CHANNEL, EVENT_PREFIX, USER_PREFIX, type Channel, type Snapshot } from './protocol.js';
import { UserFeed } from './user-feed.js';

/** Finds the feed of a channel. */
@Injectable()
export class Feeds {
  constructor(
    private readonly events: EventFeed,
    private readonly dashboard: DashboardFeed,
    private readonly users: UserFeed,
  ) {}

  snapshot(channel: string): Promise<Snapshot<Channel>> {
    const [feed, subject] = this.find(channel);
    return feed.snapshot(subject);
  }

  joined(channel: string): void {
    const [feed, subject] = this.find(channel);
    feed.joined?.(subject);
  }

  left(channel: string): void {
    const [feed, subject] = this.find(channel);
    feed.left?.(subject);
  }

  private find(channel: string): [Feed, string] {
    if (channel.startsWith(EVENT_PREFIX)) return [this.events, channel.slice(EVENT_PREFIX.length)];
    if (channel.startsWith(USER_PREFIX)) return [this.users, channel.slice(USER_PREFIX.length)];
    if (channel === DASHBOARD_CHANNEL) return [this.dashboard, ''];
    throw new Error(`No feed for channel ${channel}`);
  }
}
