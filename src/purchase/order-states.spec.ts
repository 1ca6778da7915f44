import { mayBecome, orderStatuses } from './order-states.js';

describe('order states', () => {
  it('resolves a reservation once, and nothing else ever changes', () => {
    for (const from of orderStatuses)
      for (const to of orderStatuses)
        expect(mayBecome(from, to)).toBe(from === 'reserved' && to !== 'reserved');
  });
});
