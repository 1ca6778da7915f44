import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AuthModule } from '../auth/index.js';
import { CatalogModule } from '../catalog/index.js';
import { EventsModule } from '../events/index.js';
import { ReportingModule } from '../reporting/index.js';
import { ReviewsModule } from '../reviews/index.js';
import { AccountAdministration } from './account-administration.service.js';
import { CommentModeration } from './comment-moderation.service.js';
import { AdminCommentsController } from './comments.controller.js';
import { EventAdministration } from './event-administration.service.js';
import { EventTraceRepository } from './event-trace.repository.js';
import { AdminEventsController } from './events.controller.js';
import { FirstAdmin } from './first-admin.service.js';
import { ItemAdministration } from './item-administration.service.js';
import { AdminItemsController } from './items.controller.js';
import { ModerationAudit } from './moderation-audit.service.js';
import { JobAdministration } from './job-administration.service.js';
import { AdminJobsController } from './jobs.controller.js';
import { AdminUsersController } from './users.controller.js';

/** Admins' acts. It opens the transactions in which the other modules act, with their audit entries. */
@Module({
  imports: [AuditModule, AuthModule, CatalogModule, EventsModule, ReportingModule, ReviewsModule],
  controllers: [
    AdminItemsController,
    AdminEventsController,
    AdminUsersController,
    AdminCommentsController,
    AdminJobsController,
  ],
  providers: [
    CommentModeration,
    EventTraceRepository,
    EventAdministration,
    FirstAdmin,
    JobAdministration,
    ItemAdministration,
    AccountAdministration,
    ModerationAudit,
  ],
})
export class AdminModule {}
