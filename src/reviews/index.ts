export { CommentsService } from './comments.service.js';
export { PutReviewRequest } from './dto/put-review.request.js';
export { Moderation, type ModerationAct } from './moderation.js';
export { ReviewStoreHealth } from './review-store-health.js';
export { ReviewsModule } from './reviews.module.js';
export { ReviewsService } from './reviews.service.js';
