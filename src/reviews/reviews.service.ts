import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { UserDirectory, type AuthenticatedUser } from '../auth/index.js';
import { CatalogService } from '../catalog/index.js';
import { Clock, SharedReads } from '../platform/values/index.js';
import { decodeCursor, toPage, type Page, type PageQuery } from '../platform/http/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import { OrdersService } from '../purchase/index.js';
import type { OwnReviewResponse } from './dto/own-review.response.js';
import type { PutReviewRequest } from './dto/put-review.request.js';
import type { ReviewEligibilityResponse } from './dto/review-eligibility.response.js';
import { ReviewSummaryResponse } from './dto/review-summary.response.js';
import { ReviewResponse } from './dto/review.response.js';
import { Moderation } from './moderation.js';
import { ReviewStore } from './review.store.js';
import { reviewErrors } from './reviews.errors.js';

/**
 * What buyers think of catalogue items. The reviews' store may be another database than the shop's, so no
 * method runs in a transaction; each that reads or writes them throws REVIEWS_UNAVAILABLE while it cannot be reached.
 */
@Injectable()
export class ReviewsService {
  private readonly listReads = new SharedReads<Page<ReviewResponse>>();

  constructor(
    private readonly reviews: ReviewStore,
    private readonly catalog: CatalogService,
    private readonly orders: OrdersService,
    private readonly users: UserDirectory,
    private readonly moderation: Moderation,
    private readonly clock: Clock,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * Adds the user's review of the item, or replaces it: there is one per user and item, whatever races. Sent again
   * with its key it does not undo a later one.
   * @throws IDEMPOTENCY_KEY_REUSED; ITEM_NOT_FOUND; NOT_A_VERIFIED_BUYER without a confirmed order of the item
   */
  async put(
    userId: string,
    itemId: string,
    { rating, text }: PutReviewRequest,
    keyed?: KeyedRequest,
  ): Promise<{ review: ReviewResponse; created: boolean }> {
    await this.catalog.get(itemId);
    if (!(await this.orders.hasConfirmedOrder(userId, itemId))) throw reviewErrors.NOT_A_VERIFIED_BUYER();
    return this.idempotency.elsewhere(userId, keyed, async (id) => {
      const draft = { id, itemId, userId, rating, text: text || null, at: this.clock.now() };
      const { review, created } = await this.reviews.put(draft);
      return { review: ReviewResponse.of(review, await this.users.displayNames([userId])), created };
    });
  }

  /**
   * Whether `put` would be refused for want of an order; answers while the reviews' store is out of reach, too.
   * @throws ITEM_NOT_FOUND
   */
  async eligibility(userId: string, itemId: string): Promise<ReviewEligibilityResponse> {
    await this.catalog.get(itemId);
    return { verifiedBuyer: await this.orders.hasConfirmedOrder(userId, itemId) };
  }

  /**
   * The user's own review of the item, if there is one: to have none yet is no fault.
   * @throws ITEM_NOT_FOUND
   */
  async mine(userId: string, itemId: string): Promise<OwnReviewResponse> {
    await this.catalog.get(itemId);
    const review = await this.reviews.findOf(itemId, userId);
    return {
      review: review ? ReviewResponse.of(review, await this.users.displayNames([userId])) : null,
    };
  }

  /**
   * Newest first.
   * @throws ITEM_NOT_FOUND, INVALID_CURSOR
   */
  async list(itemId: string, { limit, cursor }: PageQuery): Promise<Page<ReviewResponse>> {
    const [before] = decodeCursor(cursor, [(part) => isUUID(part)]) ?? [];
    await this.catalog.get(itemId);
    return this.listReads.read(JSON.stringify([itemId, limit, before]), async () => {
      const rows = await this.reviews.list(itemId, limit + 1, before);
      const names = await this.users.displayNames(rows.map(({ userId }) => userId));
      return toPage(
        rows,
        limit,
        ({ id }) => [id],
        (review) => ReviewResponse.of(review, names),
      );
    });
  }

  /** @throws ITEM_NOT_FOUND */
  async summarize(itemId: string): Promise<ReviewSummaryResponse> {
    await this.catalog.get(itemId);
    return ReviewSummaryResponse.of(await this.reviews.countByRating(itemId));
  }

  /**
   * Removes a review for good; its author may write a new one.
   * @throws REVIEW_NOT_FOUND; NOT_THE_AUTHOR unless `user` is, or is an admin
   */
  async remove(user: AuthenticatedUser, id: string): Promise<void> {
    const review = await this.reviews.find(id);
    if (!review) throw reviewErrors.REVIEW_NOT_FOUND();
    if (review.userId !== user.id) {
      if (user.role !== 'admin') throw reviewErrors.NOT_THE_AUTHOR();
      await this.moderation.announce({
        actorId: user.id,
        target: 'review',
        targetId: id,
        authorId: review.userId,
      });
    }
    await this.reviews.remove(id);
  }
}
