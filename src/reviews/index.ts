export { ReviewStoreHealth } from './review-store-health.js';
export { ReviewsModule } from './reviews.module.js';
