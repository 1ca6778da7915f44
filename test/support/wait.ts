import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `condition` holds, and returns how many milliseconds it took.
 * @throws if it does not within `limitMs`
 */
export async function until(condition: () => Promise<boolean> | boolean, limitMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`Not within ${limitMs} ms`);
    await delay(10);
  }
  return performance.now() - startedAt;
}
