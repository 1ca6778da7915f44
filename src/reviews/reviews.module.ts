import { Module } from '@nestjs/common';
import { ReviewStoreHealth } from './review-store-health.js';
import { reviewStoreProviders } from './review-stores.js';

@Module({
  providers: reviewStoreProviders,
  exports: [ReviewStoreHealth],
})
export class ReviewsModule {}
