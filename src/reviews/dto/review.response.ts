import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../platform/http/index.js';
import type { Review } from '../review.store.js';
import { AuthorResponse } from './author.response.js';

export class ReviewResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  itemId!: string;

  @ApiProperty()
  author!: AuthorResponse;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 5 })
  rating!: number;

  @ApiProperty({ type: String, nullable: true })
  text!: string | null;

  @ApiProperty({ description: 'The author had a confirmed order of the item; nobody else can review it.' })
  verifiedBuyer!: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  static of(review: Review, names: ReadonlyMap<string, string>): ReviewResponse {
    const { id, itemId, userId, rating, text, createdAt, updatedAt } = review;
    return {
      id,
      itemId,
      author: AuthorResponse.of(userId, names),
      rating,
      text,
      verifiedBuyer: true,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    };
  }
}

export class ReviewPage extends PageOf(ReviewResponse) {}
