import { expect, it } from 'vitest';
import type { AdminEvent } from '@/api/types';
import { replayOf } from './replay';

const event = {
  startsAt: '2026-11-21T10:00:00Z',
  openedAt: '2026-11-21T10:00:00Z',
  soldOutAt: '2026-11-21T10:00:03Z',
  items: [{ stockTotal: 5 }],
} as AdminEvent;
const order = (second: number, quantity: number, status = 'confirmed') => ({
  id: String(second),
  eventItemId: 'item',
  quantity,
  status,
  createdAt: `2026-11-21T10:00:0${second}Z`,
});

it('counts orders and what is left, second by second', () => {
  const replay = replayOf(event, [order(0, 1), order(0, 1, 'expired'), order(3, 3)]);
  expect(replay.orders).toEqual([2, 0, 0, 1]);
  expect(replay.unsold).toEqual([3, 3, 3, 0]);
  expect(replay).toMatchObject({ total: 3, confirmed: 2, secondsToSellOut: 3 });
});

it('keeps a long drop to a chart’s worth of intervals', () => {
  const late = { ...order(0, 1), createdAt: '2026-11-21T20:00:00Z' };
  expect(replayOf(event, [order(0, 1), late]).times.length).toBeLessThanOrEqual(122);
});
