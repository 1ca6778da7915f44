import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseSignals } from '../platform/signals/index.js';
import { CommentsService } from '../reviews/index.js';
import { ChannelHub } from './channel-hub.js';
import { Coalescer } from './coalescer.js';
import { EVENT_PREFIX } from './protocol.js';

/** The signal between instances, with the event's id: somebody said something about it. */
const DISCUSSION_CHANGED = 'discussion_changed';

/** Every listener answers by fetching the discussion, so a lively one must not make a crowd fetch all the time. */
const TELL_INTERVAL_MS = 2_000;

/**
 * Tells those on an event's channel that its discussion changed; what was said they fetch. A lost signal
 * costs a page the newest comments until the next one, so unlike stock nothing is caught up with.
 */
@Injectable()
export class DiscussionFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly outgoing: Coalescer;
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly hub: ChannelHub,
    private readonly comments: CommentsService,
    private readonly signals: DatabaseSignals,
  ) {
    this.outgoing = new Coalescer(TELL_INTERVAL_MS, (eventId) =>
      this.signals.broadcast(DISCUSSION_CHANGED, eventId),
    );
  }

  onApplicationBootstrap(): void {
    this.unsubscribe.push(
      this.comments.onChanged((eventId) => this.outgoing.request(eventId)),
      this.signals.on(DISCUSSION_CHANGED, (eventId) => void this.tell(eventId)),
    );
  }

  onModuleDestroy(): void {
    for (const stop of this.unsubscribe) stop();
    this.outgoing.stop();
  }

  private async tell(eventId: string): Promise<void> {
    await this.hub.publish(EVENT_PREFIX + eventId, { kind: 'discussion_changed', eventId });
  }
}
