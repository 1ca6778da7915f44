import { Random } from './random.ts';

const draws = (seed: number, stream: string) => {
  const random = new Random(seed, stream);
  return Array.from({ length: 1000 }, () => random.next());
};

describe('seeded random numbers', () => {
  it('repeat with their seed and differ without it', () => {
    expect(draws(7, 'arrivals')).toEqual(draws(7, 'arrivals'));
    expect(draws(7, 'arrivals')).not.toEqual(draws(8, 'arrivals'));
    expect(draws(7, 'arrivals')).not.toEqual(draws(7, 'choices'));
  });

  it('are spread over the whole of [0, 1)', () => {
    const values = draws(1, 'spread');
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });

  it('make arrivals at the asked rate', () => {
    const random = new Random(3, 'arrivals');
    let time = 0;
    for (let index = 0; index < 10_000; index++) time += random.exponential(200);
    expect(time).toBeGreaterThan(47);
    expect(time).toBeLessThan(53);
  });
});
