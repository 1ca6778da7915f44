import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Order } from '@/api/types';
import { HoldFollower } from './hold-follower';

const START = Date.parse('2026-01-01T12:00:00Z');
const hold = { id: 'o', status: 'reserved', reservedUntil: '2026-01-01T12:05:00Z' } as Order;
const clock = { isSynchronised: true, now: () => Date.now() };

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  clock.isSynchronised = true;
});
afterEach(() => void vi.useRealTimers());

it('asks once the time is over, again with growing pauses, and no more when it is known', async () => {
  const ask = vi.fn().mockRejectedValueOnce(new Error('offline')).mockResolvedValue(hold);
  const follower = new HoldFollower(ask, clock);
  follower.follow(hold);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(ask).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask.mock.calls.length).toBeLessThan(9);
  ask.mockResolvedValue({ ...hold, status: 'confirmed' });
  await vi.advanceTimersByTimeAsync(40_000);
  const asked = ask.mock.calls.length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ask).toHaveBeenCalledTimes(asked);
});

it('asks nothing of what has been resolved', async () => {
  const ask = vi.fn();
  const follower = new HoldFollower(ask, clock);
  follower.follow(hold);
  follower.follow({ ...hold, status: 'confirmed' });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ask).not.toHaveBeenCalled();
});

it('does not ask by the clock of a machine that does not know the time', async () => {
  clock.isSynchronised = false;
  const ask = vi.fn().mockResolvedValue({ ...hold, status: 'expired' });
  new HoldFollower(ask, clock).follow(hold);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ask).not.toHaveBeenCalled();
  clock.isSynchronised = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
