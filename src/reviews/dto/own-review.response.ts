import { ApiProperty } from '@nestjs/swagger';
import { ReviewResponse } from './review.response.js';

export class OwnReviewResponse {
  @ApiProperty({ type: ReviewResponse, nullable: true, description: 'Null until one has reviewed the item.' })
  review!: ReviewResponse | null;
}
