import { mayBecome, orderStatuses, statusesBefore } from './order-states.js';

describe('order states', () => {
  it('resolves a reservation once, and nothing else ever changes', () => {
    for (const from of orderStatuses)
      for (const to of orderStatuses)
        expect(mayBecome(from, to)).toBe(from === 'reserved' && to !== 'reserved');
  });

  it('tells where a status is reached from', () => {
    expect(statusesBefore('confirmed')).toEqual(['reserved']);
    expect(statusesBefore('reserved')).toEqual([]);
  });
});
