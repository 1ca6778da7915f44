import { KEYED_MEMORY_MS, SOLD_OUT_MEMORY_MS, SoldOutMemory } from './sold-out-memory.js';

describe('SoldOutMemory', () => {
  let now = 0;
  let memory: SoldOutMemory;
  beforeEach(() => (memory = new SoldOutMemory(() => now)));

  const refuses = (item: string) => memory.refuses(item, 'anyone', false);
  const refusesKeyed = (user: string) => memory.refuses('a', user, true);
  const readBuyers = (...users: string[]) => {
    memory.remember('a').buyers = { users: new Set(users), until: now + KEYED_MEMORY_MS };
  };

  it('remembers for a quarter of a second and no longer', () => {
    memory.remember('a');
    expect(SOLD_OUT_MEMORY_MS).toBeLessThanOrEqual(250);
    now += SOLD_OUT_MEMORY_MS - 1;
    expect(refuses('a')).toBe(true);
    now += 1;
    expect(refuses('a')).toBe(false);
  });

  it('forgets at once when told', () => {
    memory.remember('a');
    memory.forget('a');
    expect(refuses('a')).toBe(false);
  });

  it('holds a bounded number of items and drops the oldest', () => {
    for (let item = 0; item < 10_001; item += 1) memory.remember(String(item));
    expect(refuses('0')).toBe(false);
    expect(refuses('1')).toBe(true);
    expect(refuses('10000')).toBe(true);
  });

  it('refuses no request with a key while the buyers are unknown', () => {
    memory.remember('a');
    expect(refusesKeyed('anna')).toBe(false);
  });

  it('refuses requests with a key of those who had no order, a tenth of a second and no longer', () => {
    readBuyers('anna');
    expect(refusesKeyed('anna')).toBe(false);
    expect(refusesKeyed('ben')).toBe(true);
    now += KEYED_MEMORY_MS;
    expect(refusesKeyed('ben')).toBe(false);
    expect(refuses('a')).toBe(true);
  });

  it('keeps the buyers when it is told again that the item is gone, and not when it was forgotten between', () => {
    readBuyers('anna');
    memory.remember('a');
    expect(refusesKeyed('ben')).toBe(true);
    memory.forget('a');
    memory.remember('a');
    expect(refusesKeyed('ben')).toBe(false);
  });

  it('takes no buyers that were read before the item was forgotten', () => {
    const item = memory.remember('a');
    memory.forget('a');
    memory.remember('a');
    item.buyers = { users: new Set(), until: now + KEYED_MEMORY_MS };
    expect(refusesKeyed('ben')).toBe(false);
  });
});
