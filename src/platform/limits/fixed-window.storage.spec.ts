import { FixedWindowStorage } from './fixed-window.storage.js';

describe('FixedWindowStorage', () => {
  let now = 0;
  const storage = new FixedWindowStorage(() => now);
  const hit = (key: string) => storage.increment(key, 60_000, 2);

  it('blocks above the limit until the window ends, to the millisecond', async () => {
    expect(await hit('a')).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 60,
    });
    now = 30_500;
    expect(await hit('a')).toMatchObject({ totalHits: 2, isBlocked: false, timeToExpire: 30 });
    now = 59_999;
    expect(await hit('a')).toMatchObject({ totalHits: 3, isBlocked: true, timeToBlockExpire: 1 });
    now = 60_000;
    expect(await hit('a')).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('counts each key for itself', async () => {
    await hit('b');
    await hit('b');
    expect(await hit('c')).toMatchObject({ totalHits: 1, isBlocked: false });
    expect(await hit('b')).toMatchObject({ isBlocked: true });
  });

  it('forgets the longest silent keys of a flood, never the busy ones', async () => {
    await hit('busy');
    await hit('silent');
    for (let address = 0; address < 100_000; address++) {
      await hit(`flood-${address}`);
      if (address % 1_000 === 0) await hit('busy');
    }
    expect(await hit('busy')).toMatchObject({ isBlocked: true });
    expect(await hit('silent')).toMatchObject({ totalHits: 1 });
  });
});
