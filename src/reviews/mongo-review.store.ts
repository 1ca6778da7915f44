import { trusted } from 'mongoose';
import { MAX_TIME_MS, type MongoConnection } from './mongo-connection.js';
import { exactly, isDuplicate } from './mongo-filters.js';
import type { ReviewDocument } from './review.schema.js';
import { reviewErrors } from './reviews.errors.js';
import { ReviewStore, type Review, type ReviewDraft } from './review.store.js';

/** Reviews in MongoDB, one document each. */
export class MongoReviewStore extends ReviewStore {
  constructor(private readonly mongodb: MongoConnection) {
    super();
  }

  async put(draft: ReviewDraft) {
    return this.mongodb.run(async () => {
      // Two first reviews at once: both may find none and insert, and the unique index lets one. The other
      // finds that one the second time, unless it was removed meanwhile, in which case it is its turn. MongoDB refuses
      // the loser with a duplicate key; another server of its protocol was seen to answer that there is none.
      const review = (await this.upsert(draft)) ?? (await this.upsert(draft));
      if (!review) throw reviewErrors.REVIEWS_UNAVAILABLE({ retryAfterSeconds: 1 });
      return { review: toReview(review), created: review._id === draft.id };
    });
  }

  list(itemId: string, limit: number, before?: string): Promise<Review[]> {
    return this.mongodb.run(async () => {
      const documents = await this.mongodb.reviews
        .find({
          itemId: exactly(itemId),
          ...(before !== undefined && { _id: trusted({ $lt: exactly(before) }) }),
        })
        .sort({ _id: -1 })
        .limit(limit)
        .maxTimeMS(MAX_TIME_MS)
        .lean<ReviewDocument[]>();
      return documents.map(toReview);
    });
  }

  /** One $sum alone: with two accumulators FerretDB v1, which the tests may run on, gets the second wrong. */
  countByRating(itemId: string): Promise<Map<number, number>> {
    return this.mongodb.run(async () => {
      const groups = await this.mongodb.reviews
        .aggregate<{ _id: number; count: number }>([
          { $match: { itemId: exactly(itemId) } },
          { $group: { _id: '$rating', count: { $sum: 1 } } },
        ])
        .option({ maxTimeMS: MAX_TIME_MS });
      return new Map(groups.map(({ _id, count }) => [_id, count]));
    });
  }

  find(id: string): Promise<Review | undefined> {
    return this.findOne(() => ({ _id: exactly(id) }));
  }

  findOf(itemId: string, userId: string): Promise<Review | undefined> {
    return this.findOne(() => ({ itemId: exactly(itemId), userId: exactly(userId) }));
  }

  remove(id: string): Promise<boolean> {
    return this.mongodb.run(async () => {
      const { deletedCount } = await this.mongodb.reviews
        .deleteOne({ _id: exactly(id) })
        .maxTimeMS(MAX_TIME_MS);
      return deletedCount === 1;
    });
  }

  private findOne(filter: () => Partial<ReviewDocument>): Promise<Review | undefined> {
    return this.mongodb.run(async () => {
      const document = await this.mongodb.reviews
        .findOne(filter())
        .maxTimeMS(MAX_TIME_MS)
        .lean<ReviewDocument>();
      return document ? toReview(document) : undefined;
    });
  }

  /** @returns the review, or undefined if another first one was faster. */
  private async upsert({ id, itemId, userId, rating, text, at }: ReviewDraft) {
    try {
      const review = await this.mongodb.reviews
        .findOneAndUpdate(
          { itemId: exactly(itemId), userId: exactly(userId) },
          { $set: { rating, text, updatedAt: at }, $setOnInsert: { _id: id, createdAt: at } },
          { upsert: true, returnDocument: 'after', runValidators: true },
        )
        .maxTimeMS(MAX_TIME_MS)
        .lean<ReviewDocument>();
      return review ?? undefined;
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }
}

function toReview({ _id, itemId, userId, rating, text, createdAt, updatedAt }: ReviewDocument): Review {
  return { id: _id, itemId, userId, rating, text, createdAt, updatedAt };
}
