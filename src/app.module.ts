import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { AdminModule } from './admin/index.js';
import { LabModule } from './lab-server/index.js';
import { AuditModule } from './audit/index.js';
import { AuthModule } from './auth/index.js';
import { CatalogModule } from './catalog/index.js';
import { SignalsModule } from './platform/signals/index.js';
import { TelemetryModule } from './platform/telemetry/index.js';
import { ClockModule } from './platform/values/index.js';
import { ConfigModule, type Settings } from './platform/config/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { EventsModule } from './events/index.js';
import { HealthModule } from './health/index.js';
import { JobsModule } from './platform/jobs/index.js';
import { IdempotencyModule } from './platform/idempotency/index.js';
import { PurchaseModule } from './purchase/index.js';
import { RealtimeModule } from './realtime/index.js';
import { ReportingModule } from './reporting/index.js';
import { ReviewsModule } from './reviews/index.js';
import { SeedModule } from './demo/index.js';

@Module({})
export class AppModule {
  static with(settings: Settings, dataSource: DataSource): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(settings),
        ClockModule,
        TelemetryModule,
        DatabaseModule.with(dataSource),
        SignalsModule,
        JobsModule,
        ScheduleModule.forRoot(),
        IdempotencyModule,
        AuthModule,
        AuditModule,
        CatalogModule,
        EventsModule,
        PurchaseModule,
        ReviewsModule,
        RealtimeModule,
        ReportingModule,
        AdminModule,
        SeedModule,
        LabModule,
        HealthModule,
      ],
    };
  }
}
