import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { AdminModule, LabModule } from './admin/index.js';
import { AuthModule } from './auth/index.js';
import { CatalogModule } from './catalog/index.js';
import { CommonModule } from './common/index.js';
import { ConfigModule, type Settings } from './config/index.js';
import { DatabaseModule } from './database/index.js';
import { EventsModule } from './events/index.js';
import { HealthModule } from './health/index.js';
import { IdempotencyModule } from './idempotency/index.js';
import { PurchaseModule } from './purchase/index.js';
import { RealtimeModule } from './realtime/index.js';
import { ReviewsModule } from './reviews/index.js';
import { SeedModule } from './seed/index.js';

@Module({})
export class AppModule {
  static with(settings: Settings, dataSource: DataSource): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(settings),
        CommonModule,
        DatabaseModule.with(dataSource),
        ScheduleModule.forRoot(),
        IdempotencyModule,
        AuthModule,
        CatalogModule,
        EventsModule,
        PurchaseModule,
        ReviewsModule,
        RealtimeModule,
        AdminModule,
        SeedModule,
        LabModule,
        HealthModule,
      ],
    };
  }
}
