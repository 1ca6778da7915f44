import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { IsText } from '../../platform/values/index.js';

const MAX_REVIEW_LENGTH = 4_000;

export class PutReviewRequest {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 5, example: 5 })
  @IsInt()
  @Min(1)
  @Max(5)
  rating!: number;

  @ApiPropertyOptional({
    type: String,
    maxLength: MAX_REVIEW_LENGTH,
    nullable: true,
    description: 'Without one the rating stands alone.',
    example: 'Warm light, and it came the next day.',
  })
  @ValidateIf((_, text) => text !== undefined && text !== null)
  @IsText(0, MAX_REVIEW_LENGTH)
  text?: string | null;
}
