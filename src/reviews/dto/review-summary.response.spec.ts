import { ReviewSummaryResponse } from './review-summary.response.js';

describe('the summary of reviews', () => {
  it('has no average without reviews', () => {
    expect(ReviewSummaryResponse.of(new Map())).toEqual({
      average: null,
      count: 0,
      distribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
    });
  });

  it.each([
    [{ 5: 3 }, 5],
    [{ 1: 1, 2: 1 }, 1.5],
    [{ 4: 2, 5: 1 }, 4.33],
    [{ 1: 1, 5: 199 }, 4.98],
  ])('averages %j to %d', (counts, average) => {
    const byRating = new Map(
      Object.entries(counts).map(([rating, count]) => [Number(rating), count as number]),
    );
    expect(ReviewSummaryResponse.of(byRating).average).toBe(average);
  });
});
