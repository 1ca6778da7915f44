import { ApiProperty } from '@nestjs/swagger';

const count = { type: 'integer', minimum: 0 } as const;

/** How many gave each rating. */
export class RatingDistribution {
  @ApiProperty(count)
  1!: number;

  @ApiProperty(count)
  2!: number;

  @ApiProperty(count)
  3!: number;

  @ApiProperty(count)
  4!: number;

  @ApiProperty(count)
  5!: number;
}

export class ReviewSummaryResponse {
  @ApiProperty({
    type: Number,
    format: 'double',
    nullable: true,
    description: 'To two decimals; null without reviews.',
  })
  average!: number | null;

  @ApiProperty(count)
  count!: number;

  @ApiProperty()
  distribution!: RatingDistribution;

  static of(countByRating: ReadonlyMap<number, number>): ReviewSummaryResponse {
    const given = (rating: number) => countByRating.get(rating) ?? 0;
    const distribution = { 1: given(1), 2: given(2), 3: given(3), 4: given(4), 5: given(5) };
    let [count, sum] = [0, 0];
    for (const [rating, times] of countByRating) {
      count += times;
      sum += rating * times;
    }
    return { average: count === 0 ? null : Math.round((sum / count) * 100) / 100, count, distribution };
  }
}
