import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { RateLimitStorage } from '../platform/limits/index.js';
import { ServiceRegistry } from '../platform/telemetry/index.js';
import { Database } from '../platform/database/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { RealtimeModule } from '../realtime/index.js';
import { ReviewsModule, ReviewStoreHealth } from '../reviews/index.js';
import { HealthController } from './health.controller.js';
import { MetricsService } from './metrics.service.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [AuthModule, EventsModule, PurchaseModule, RealtimeModule, ReviewsModule],
  controllers: [HealthController],
  providers: [ReadinessService, MetricsService],
})
export class HealthModule {
  constructor(
    services: ServiceRegistry,
    database: Database,
    reviews: ReviewStoreHealth,
    limits: RateLimitStorage,
  ) {
    services.register('postgres', { isRequired: true, check: () => database.ping() });
    if (reviews.kind === 'mongodb') services.register('mongo', { check: () => reviews.ping() });
    if (limits.redisStatus !== undefined) services.register('redis', { check: () => limits.pingRedis() });
  }
}
