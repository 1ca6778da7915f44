import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AuthModule } from '../auth/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { CensusController } from './census.controller.js';
import { CensusRepository } from './census.repository.js';
import { CensusService } from './census.service.js';
import { DashboardRepository } from './dashboard.repository.js';
import { DashboardService } from './dashboard.service.js';
import { OrdersExportRepository } from './orders-export.repository.js';
import { OrdersExportService } from './orders-export.service.js';
import { ReplayController } from './replay.controller.js';
import { ReplayRepository } from './replay.repository.js';
import { ReplayService } from './replay.service.js';

/** Reads what happened: the dashboard, a drop's history, exports and the census. It changes nothing. */
@Module({
  imports: [AuditModule, AuthModule, EventsModule, PurchaseModule],
  controllers: [CensusController, ReplayController],
  providers: [
    CensusRepository,
    CensusService,
    DashboardRepository,
    DashboardService,
    OrdersExportRepository,
    OrdersExportService,
    ReplayRepository,
    ReplayService,
  ],
  exports: [DashboardService],
})
export class ReportingModule {}
