import { SharedReads } from './shared-reads.js';

describe('SharedReads', () => {
  let started: string[];
  let finish: (() => void)[];
  let reads: { read(key: string): Promise<string> };

  beforeEach(() => {
    started = [];
    finish = [];
    const shared = new SharedReads<string>();
    const load = (key: string) => {
      const name = `${key}${started.length + 1}`;
      started.push(name);
      return new Promise<string>((resolve, reject) =>
        finish.push(() => (key === 'broken' ? reject(new Error(name)) : resolve(name))),
      );
    };
    reads = { read: (key) => shared.read(key, () => load(key)) };
  });

  /** Ends the oldest read that is under way. */
  const finishOne = async () => {
    finish.shift()?.();
    await new Promise(setImmediate);
  };

  it('gives those who ask during a read the next one, and all of them the same', async () => {
    const first = reads.read('a');
    const late = [reads.read('a'), reads.read('a')];
    expect(started).toEqual(['a1']);
    await finishOne();
    expect(started).toEqual(['a1', 'a2']);
    const later = reads.read('a');
    await finishOne();
    await finishOne();
    expect(await Promise.all([first, ...late, later])).toEqual(['a1', 'a2', 'a2', 'a3']);
  });

  it('reads anew for everyone who asks when nothing is under way', async () => {
    const first = reads.read('a');
    await finishOne();
    const second = reads.read('a');
    await finishOne();
    expect([await first, await second]).toEqual(['a1', 'a2']);
  });

  it('reads different keys beside each other', () => {
    void reads.read('a');
    void reads.read('b');
    expect(started).toEqual(['a1', 'b2']);
  });

  it('tells a failure to those who shared that read, and to nobody after them', async () => {
    const first = reads.read('broken').catch((error: Error) => error.message);
    const second = reads.read('broken').catch((error: Error) => error.message);
    await finishOne();
    await finishOne();
    const third = reads.read('broken').catch((error: Error) => error.message);
    await finishOne();
    expect(await Promise.all([first, second, third])).toEqual(['broken1', 'broken2', 'broken3']);
  });
});
