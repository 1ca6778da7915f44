import { Coalescer } from './coalescer.js';

describe('Coalescer', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('runs at once, then once per interval while it is asked, and then rests', async () => {
    const runs: string[] = [];
    const coalescer = new Coalescer(100, async (key) => void runs.push(key));
    for (let i = 0; i < 50; i++) coalescer.request('a');
    expect(runs).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(100);
    expect(runs).toEqual(['a', 'a']);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toEqual(['a', 'a']);
    coalescer.request('a');
    expect(runs).toEqual(['a', 'a', 'a']);
    coalescer.stop();
  });

  it('keeps keys apart', () => {
    const runs: string[] = [];
    const coalescer = new Coalescer(100, async (key) => void runs.push(key));
    coalescer.request('a');
    coalescer.request('b');
    expect(runs).toEqual(['a', 'b']);
    coalescer.stop();
  });

  it('never overlaps a slow run, rests four times as long, and goes on after one that failed', async () => {
    let running = 0;
    let most = 0;
    let count = 0;
    const coalescer = new Coalescer(10, async () => {
      running += 1;
      count += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
      throw new Error('on purpose');
    });
    for (let i = 0; i < 50; i++) {
      coalescer.request('a');
      await jest.advanceTimersByTimeAsync(20);
    }
    expect(most).toBe(1);
    // In a second: each run takes 50 ms and is followed by 200 ms of rest.
    expect(count).toBeGreaterThanOrEqual(4);
    expect(count).toBeLessThanOrEqual(5);
    coalescer.stop();
  });
});
