import { setImmediate, setTimeout as delay } from 'node:timers/promises';

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

/** Like `until`, asking without a pause: for a race that has to start at the very moment. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for: ${what}`);
    await setImmediate();
  }
}

/** Repeats assertions until they hold. @throws what `check` threw last */
export async function eventually(check: () => Promise<void> | void, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}
