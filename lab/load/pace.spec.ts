import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../random.ts';
import { Meter, percentilesOf } from './meter.ts';
import { closedLoop, openLoop } from './pace.ts';

describe('the open model', () => {
  const never = new AbortController().signal;

  it('plans the same arrivals for the same seed', async () => {
    const plan = async () => {
      const arrivals: number[] = [];
      const startAt = performance.now();
      await openLoop({
        startAt,
        durationMs: 100,
        rate: 500,
        random: new Random(5, 'plan'),
        signal: never,
        fire: async (intendedAt) => void arrivals.push(Math.round((intendedAt - startAt) * 1000)),
      });
      return arrivals;
    };
    const first = await plan();
    expect(first.length).toBeGreaterThan(30);
    expect(await plan()).toEqual(first);
  });

  /**
   * Goal: a server that stalls cannot hide it. Method: one that answers at once, but stands still for the
   * first 300 ms of 400. Counted from the sending, as a closed loop does, one request of hundreds is slow.
   */
  it('counts the wait of those who came while the server stood still; a closed loop would not', async () => {
    const stalled = (startAt: number, meter: Meter) => async (intendedAt: number) => {
      const sentAt = performance.now();
      const stallEnds = startAt + 300;
      if (sentAt < stallEnds) await delay(stallEnds - sentAt);
      meter.granted(intendedAt, sentAt, performance.now());
    };
    const startAt = performance.now();
    const open = new Meter();
    const common = { startAt, durationMs: 400, signal: never };
    await openLoop({ ...common, rate: 500, random: new Random(1, 'stall'), fire: stalled(startAt, open) });
    expect(percentilesOf(open.latency).p50).toBeGreaterThan(50);

    const again = performance.now();
    const closed = new Meter();
    await closedLoop({ ...common, startAt: again, lanes: 1, fire: stalled(again, closed) });
    expect(percentilesOf(closed.latency).p50).toBeLessThan(10);
  });

  it('ends early when told', async () => {
    const stop = new AbortController();
    let fired = 0;
    await openLoop({
      startAt: performance.now(),
      durationMs: 60_000,
      rate: 1000,
      random: new Random(1, 'stop'),
      signal: stop.signal,
      fire: async () => {
        if (++fired === 20) stop.abort();
      },
    });
    expect(fired).toBeGreaterThanOrEqual(20);
  });
});
