import { describe, expect, it } from 'vitest';
import { RateHistory } from './rate-history';

describe('the history of a rate', () => {
  it('grows by what is heard, in order, and forgets what is older than five minutes', () => {
    const history = new RateHistory();
    for (let at = 1; at <= 400; at++) history.add('a', at, at * 10);
    history.add('a', 399, 0);
    const { times, values } = history.series('a');
    expect([times[0], times.at(-1), times.length]).toEqual([101, 400, 300]);
    expect([values[0], values.at(-1)]).toEqual([1_010, 4_000]);
    expect(history.series('b')).toEqual({ times: [], values: [] });
  });

  it('takes what the server knows for the time before, and keeps what was heard since', () => {
    const history = new RateHistory();
    history.add('a', 90, 5);
    history.add('a', 101, 6);
    history.fill('a', 100, [1, 2, 3]);
    expect(history.series('a')).toEqual({ times: [98, 99, 100, 101], values: [1, 2, 3, 6] });
  });
});
