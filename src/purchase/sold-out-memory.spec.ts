import { SOLD_OUT_MEMORY_MS, SoldOutMemory } from './sold-out-memory.js';

describe('SoldOutMemory', () => {
  let now = 0;
  const memory = new SoldOutMemory(() => now);

  it('remembers for a quarter of a second and no longer', () => {
    memory.remember('a');
    expect(SOLD_OUT_MEMORY_MS).toBeLessThanOrEqual(250);
    now += SOLD_OUT_MEMORY_MS - 1;
    expect(memory.has('a')).toBe(true);
    now += 1;
    expect(memory.has('a')).toBe(false);
  });

  it('forgets at once when told', () => {
    memory.remember('a');
    memory.forget('a');
    expect(memory.has('a')).toBe(false);
  });

  it('holds a bounded number of items and drops the oldest', () => {
    for (let item = 0; item < 10_001; item += 1) memory.remember(String(item));
    expect(memory.has('0')).toBe(false);
    expect(memory.has('1')).toBe(true);
    expect(memory.has('10000')).toBe(true);
  });
});
