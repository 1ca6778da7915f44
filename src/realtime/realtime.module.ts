import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { ReviewsModule } from '../reviews/index.js';
import { Admission } from './admission.js';
import { ChannelHub } from './channel-hub.js';
import { DashboardFeed } from './dashboard-feed.js';
import { DiscussionFeed } from './discussion-feed.js';
import { EventFeed } from './event-feed.js';
import { Feeds } from './feeds.js';
import { RealtimeGateway } from './realtime.gateway.js';
import { UserFeed } from './user-feed.js';
import { Viewers } from './viewers.js';

@Module({
  imports: [AuthModule, EventsModule, PurchaseModule, ReviewsModule],
  providers: [
    Admission,
    ChannelHub,
    Viewers,
    EventFeed,
    DashboardFeed,
    DiscussionFeed,
    UserFeed,
    Feeds,
    RealtimeGateway,
  ],
  exports: [RealtimeGateway],
})
export class RealtimeModule {}
