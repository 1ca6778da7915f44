import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';

/** Waits until `at` on performance.now(), to within a fraction of a millisecond. */
export async function waitUntil(at: number): Promise<void> {
  const remaining = at - performance.now();
  if (remaining > 2) await delay(remaining - 1.5);
  while (performance.now() < at) await new Promise(setImmediate);
}

/**
 * Open model: calls `fire` for arrivals that come at `rate` on average, each with the time at which it was
 * meant to be sent. Whatever the server does, the arrivals come: nobody in a queue outside a shop waits
 * for the one inside to finish before joining it. Resolves when every call has been answered.
 */
export async function openLoop(options: {
  startAt: number;
  durationMs: number;
  rate: number;
  random: Random;
  signal: AbortSignal;
  fire: (intendedAt: number, index: number) => Promise<void>;
}): Promise<void> {
  const { random, signal, fire } = options;
  const endAt = options.startAt + options.durationMs;
  const ratePerMs = options.rate / 1000;
  const running = new Set<Promise<void>>();
  let intendedAt = options.startAt + random.exponential(ratePerMs);
  for (let index = 0; intendedAt < endAt && !signal.aborted;) {
    const now = performance.now();
    while (intendedAt <= now && intendedAt < endAt) {
      const call = fire(intendedAt, index++).finally(() => running.delete(call));
      running.add(call);
      intendedAt += random.exponential(ratePerMs);
    }
    const pause = Math.min(intendedAt, endAt) - performance.now();
    if (pause > 0) await delay(Math.max(1, Math.min(pause, 100)));
    else await new Promise(setImmediate);
  }
  await Promise.all(running);
}

/**
 * Closed model: `lanes` callers, each sending again as soon as it is answered. Finds how much a shop can
 * answer; its latencies are those of a full house, not of a crowd that comes when it likes.
 */
export async function closedLoop(options: {
  startAt: number;
  durationMs: number;
  lanes: number;
  signal: AbortSignal;
  fire: (intendedAt: number, index: number) => Promise<void>;
}): Promise<void> {
  const endAt = options.startAt + options.durationMs;
  let index = 0;
  const lane = async () => {
    while (performance.now() < endAt && !options.signal.aborted)
      await options.fire(performance.now(), index++);
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
}
