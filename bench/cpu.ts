import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ: the kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Processor seconds that these processes and their children have used; 0 where there is no /proc. */
export async function cpuSecondsOf(pids: readonly number[], withChildren = false): Promise<number> {
  const wanted = new Set(pids);
  let ticks = 0;
  const all = withChildren ? (await readdir('/proc')).map(Number).filter((pid) => pid > 0) : [...pids];
  for (const pid of all) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The name may hold blanks and brackets; the fields after it do not.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent] = fields;
    if (wanted.has(pid) || (withChildren && wanted.has(parent as number)))
      ticks += (fields[11] as number) + (fields[12] as number);
    // Children that have ended since are in their parent's account.
    if (withChildren && wanted.has(pid)) ticks += (fields[13] as number) + (fields[14] as number);
  }
  return ticks / TICKS_PER_SECOND;
}
