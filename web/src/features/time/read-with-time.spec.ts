import { expect, it } from 'vitest';
import { readWithTime } from './read-with-time';
import { ServerClock } from './server-clock';

const AT = Date.parse('2026-03-01T12:00:00.000Z');

function clockOf(monotonic: () => number) {
  return new ServerClock({ monotonic, wall: () => AT - 3_600_000 });
}

it('sets the clock by the time in the answer, half a round trip ago', async () => {
  let now = 1_000;
  const clock = clockOf(() => now);
  const read = async () => {
    now += 200;
    return { serverTime: new Date(AT).toISOString() };
  };
  await readWithTime(
    clock,
    read,
    (answer) => answer.serverTime,
    () => now,
  );
  expect(clock.now()).toBe(AT + 100);
});

it('leaves the clock as it was when the answer tells no time', async () => {
  const clock = clockOf(() => 0);
  await readWithTime(
    clock,
    () => Promise.resolve([]),
    () => undefined,
    () => 0,
  );
  expect(clock.isSynchronised).toBe(false);
});
