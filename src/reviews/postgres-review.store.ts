import { LessThan } from 'typeorm';
import type { Database } from '../platform/database/index.js';
import { ReviewRow } from './review.entity.js';
import { ReviewStore, type Review, type ReviewDraft } from './review.store.js';

/** Reviews in PostgreSQL, for the embedded default. */
export class PostgresReviewStore extends ReviewStore {
  constructor(private readonly database: Database) {
    super();
  }

  async put({ id, itemId, userId, rating, text, at }: ReviewDraft) {
    const { raw } = await this.rows
      .createQueryBuilder()
      .insert()
      .values({ id, itemId, userId, rating, text, createdAt: at, updatedAt: at })
      .orUpdate(['rating', 'text', 'updated_at'], ['item_id', 'user_id'])
      .returning(['id', 'createdAt'])
      .execute();
    const [standing] = raw as [{ id: string; created_at: Date }];
    const review = {
      id: standing.id,
      itemId,
      userId,
      rating,
      text,
      createdAt: standing.created_at,
      updatedAt: at,
    };
    return { review, created: standing.id === id };
  }

  list(itemId: string, limit: number, before?: string): Promise<Review[]> {
    return this.rows.find({
      where: { itemId, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async countByRating(itemId: string): Promise<Map<number, number>> {
    const rows = await this.rows
      .createQueryBuilder('review')
      .select('review.rating', 'rating')
      .addSelect('count(*)::integer', 'count')
      .where('review.itemId = :itemId', { itemId })
      .groupBy('review.rating')
      .getRawMany<{ rating: number; count: number }>();
    return new Map(rows.map(({ rating, count }) => [rating, count]));
  }

  async find(id: string): Promise<Review | undefined> {
    return (await this.rows.findOneBy({ id })) ?? undefined;
  }

  async findOf(itemId: string, userId: string): Promise<Review | undefined> {
    return (await this.rows.findOneBy({ itemId, userId })) ?? undefined;
  }

  async remove(id: string): Promise<boolean> {
    const { affected } = await this.rows.delete({ id });
    return affected === 1;
  }

  private get rows() {
    return this.database.reader.getRepository(ReviewRow);
  }
}
