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

/** Work that took so many times its processor time had to share the core. */
const CONTENDED = 1.3;

interface Task {
  /** Whether tasks wait in line: only then is the core to be shared. */
  isInLine: boolean;
}

/** In force until the next task begins. */
let restUntil = 0;

export function hash(task: Task & { password: string; cost: number }): Worked<string> {
  return gently(task, () => hashSync(task.password, task.cost));
}

export function compare(task: Task & { password: string; passwordHash: string }): Worked<boolean> {
  return gently(task, () => compareSync(task.password, task.passwordHash));
}

/**
 * After work for which others had to wait, the thread rests as long as it worked. Its low priority alone would not spare
 * them: Linux weighs it against the threads of its own service only, and PostgreSQL is another.
 */
function gently<Value>({ isInLine }: Task, work: () => Value): Worked<Value> {
  const calledAt = performance.now();
  if (isInLine && restUntil > calledAt)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restUntil - calledAt);
  const startedAt = performance.now();
  const before = process.threadCpuUsage();
  const value = work();
  const { user, system } = process.threadCpuUsage(before);
  const endedAt = performance.now();
  const workedMs = endedAt - startedAt;
  restUntil = workedMs > ((user + system) / 1000) * CONTENDED ? endedAt + workedMs : 0;
  return { value, tookMs: endedAt - calledAt };
}
