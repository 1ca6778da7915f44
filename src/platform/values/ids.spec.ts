import { validate, version } from 'uuid';
import { newId, newIds } from './ids.js';

describe('ids', () => {
  it('are distinct UUIDs of version 7 that sort by time', () => {
    const earlier = newId();
    const many = newIds(500);
    for (const id of many) expect([validate(id), version(id)]).toEqual([true, 7]);
    expect(new Set([...many, ...newIds(500)]).size).toBe(1_000);
    expect(many).toEqual(many.toSorted());
    expect(earlier.slice(0, 13) <= (many[0] as string).slice(0, 13)).toBe(true);
  });

  it('may be none', () => {
    expect(newIds(0)).toEqual([]);
  });
});
