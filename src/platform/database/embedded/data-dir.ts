import { constants } from 'node:fs';
import { access, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, firstLine } from './error.js';
import { isRunning, startTime } from './processes.js';

/** Makes the folder if need be. @throws EmbeddedPostgresError if it cannot be ours. */
export async function openDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} is not a folder; set another DATA_DIR`);
    throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} cannot be written: ${firstLine(error)}`);
  }
}

/**
 * Makes the folder and what is missing above it. Node's own `recursive` turns for ever where a folder exists that takes
 * no children, such as /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await exists(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(path);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * One SwiftDrop at a time owns a DATA_DIR; a lock left by a killed one is taken over.
 * @returns the function that gives the lock back.
 * @throws EmbeddedPostgresError if another one runs
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const lock = join(dataDir, 'swiftdrop.pid');
  const mine = `${lock}.${process.pid}`;
  const content = `${process.pid} ${await startTime(process.pid)}`;
  try {
    await writeFile(mine, content);
    for (let attempt = 0; attempt < 3; attempt++) {
      // A link appears with its content at once, and only if there is none yet.
      if (await succeeds(link(mine, lock))) return () => rm(lock, { force: true });
      const held = await readFile(lock, 'utf8').catch(() => '');
      const [pid, started] = held.split(' ');
      if (Number(pid) > 0 && (await isRunning(Number(pid))) && (await startTime(Number(pid))) === started)
        throw new EmbeddedPostgresError(
          `DATA_DIR ${dataDir} is in use by another SwiftDrop (pid ${pid}); stop it or set another DATA_DIR`,
        );
      await removeStaleLock(lock, held);
    }
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} cannot be written: ${firstLine(error)}`);
  } finally {
    await rm(mine, { force: true });
  }
  throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} is being taken by another SwiftDrop`);
}

/** Two starts may find the same stale lock; moved aside first, a lock that is not stale is put back. */
async function removeStaleLock(lock: string, stale: string): Promise<void> {
  const aside = `${lock}.stale.${process.pid}`;
  if (!(await succeeds(rename(lock, aside)))) return;
  if ((await readFile(aside, 'utf8')) !== stale) await succeeds(link(aside, lock));
  await rm(aside, { force: true });
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
