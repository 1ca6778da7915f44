import { setImmediate } from 'node:timers/promises';

/** Asks until the answer is yes; fails after `deadlineMs` with `what` was waited for. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain for: ${what}`);
    await setImmediate();
  }
}
