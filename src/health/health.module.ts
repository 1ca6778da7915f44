import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { RealtimeModule } from '../realtime/index.js';
import { ReviewsModule } from '../reviews/index.js';
import { HealthController } from './health.controller.js';
import { MetricsService } from './metrics.service.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [AuthModule, EventsModule, PurchaseModule, RealtimeModule, ReviewsModule],
  controllers: [HealthController],
  providers: [ReadinessService, MetricsService],
})
export class HealthModule {}
