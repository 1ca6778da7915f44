/**
 * Runs in a worker thread: bcryptjs is plain JavaScript and holds its thread for the whole hash. Under jest
 * Node runs this file as it stands, so it keeps to syntax that can be erased.
 */
import { compareSync, hashSync } from 'bcryptjs';

/** What a task came to, and how long it kept its thread from others. */
export interface Worked<Value> {
  value: Value;
  tookMs: number;
}

export function hash({ password, cost }: { password: string; cost: number }): Worked<string> {
  return timed(() => hashSync(password, cost));
}

export function compare(task: { password: string; passwordHash: string }): Worked<boolean> {
  return timed(() => compareSync(task.password, task.passwordHash));
}

function timed<Value>(work: () => Value): Worked<Value> {
  const startedAt = performance.now();
  const value = work();
  return { value, tookMs: performance.now() - startedAt };
}
