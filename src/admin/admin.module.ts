import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { CatalogModule } from '../catalog/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { ReviewsModule } from '../reviews/index.js';
import { AccountAdministration } from './account-administration.service.js';
import { AuditController, AuditRepository, AuditService } from '../audit/index.js';
import {
  DashboardRepository,
  DashboardService,
  OrdersExportRepository,
  OrdersExportService,
  ReplayController,
  ReplayRepository,
  ReplayService,
} from '../reporting/index.js';
import { EventAdministration } from './event-administration.service.js';
import { EventTraceRepository } from './event-trace.repository.js';
import { AdminEventsController } from './events.controller.js';
import { FirstAdmin } from './first-admin.service.js';
import { ItemAdministration } from './item-administration.service.js';
import { AdminItemsController } from './items.controller.js';
import { ModerationAudit } from './moderation-audit.service.js';
import { AdminUsersController } from './users.controller.js';

/** What admins do, with its audit trail. It opens the transactions in which the other modules act. */
@Module({
  imports: [AuthModule, CatalogModule, EventsModule, PurchaseModule, ReviewsModule],
  controllers: [
    AdminItemsController,
    AdminEventsController,
    AdminUsersController,
    AuditController,
    ReplayController,
  ],
  providers: [
    AuditRepository,
    AuditService,
    DashboardRepository,
    DashboardService,
    EventTraceRepository,
    EventAdministration,
    FirstAdmin,
    ItemAdministration,
    AccountAdministration,
    ModerationAudit,
    OrdersExportRepository,
    OrdersExportService,
    ReplayRepository,
    ReplayService,
  ],
})
export class AdminModule {}
