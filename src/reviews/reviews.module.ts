import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { CatalogModule } from '../catalog/index.js';
import { EventsModule } from '../events/index.js';
import { PurchaseModule } from '../purchase/index.js';
import { CommentsController } from './comments.controller.js';
import { CommentsService } from './comments.service.js';
import { Moderation } from './moderation.js';
import { ReviewStoreHealth } from './review-store-health.js';
import { reviewStoreProviders } from './review-stores.js';
import { ReviewsController } from './reviews.controller.js';
import { ReviewsService } from './reviews.service.js';

@Module({
  imports: [AuthModule, CatalogModule, EventsModule, PurchaseModule],
  controllers: [ReviewsController, CommentsController],
  providers: [...reviewStoreProviders, ReviewsService, CommentsService, Moderation],
  exports: [ReviewsService, CommentsService, Moderation, ReviewStoreHealth],
})
export class ReviewsModule {}
