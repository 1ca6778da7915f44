import { readFile } from 'node:fs/promises';

/**
 * Whether the process runs. A zombie does not: under a first process that never reaps its orphans, as in
 * many containers, the dead would otherwise be waited for.
 */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await statFields(pid))?.[0] !== 'Z';
}

/** The kernel's start time of a process, so that a pid used again is not taken for its predecessor. */
export async function startTime(pid: number): Promise<string> {
  return (await statFields(pid))?.[19] ?? '';
}

/** The fields of /proc/PID/stat from the state on; undefined where there is no /proc. */
async function statFields(pid: number): Promise<string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}
