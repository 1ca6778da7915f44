import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, firstLine } from './error.js';
import { commandFor, run, type Identity, type Programs } from './programs.js';

const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-messages=C'];

export interface Cluster {
  dir: string;
  password: string;
}

/**
 * The cluster in `dataDir/postgres`, initialised at the first start: beside its place and then moved there,
 * so that an initialisation that was cut short is never taken for a cluster.
 */
export async function openCluster(programs: Programs, dataDir: string, identity: Identity): Promise<Cluster> {
  const dir = join(dataDir, 'postgres');
  const passwordFile = join(dataDir, 'postgres.password');
  if (await holdsCluster(dir)) {
    if (identity) await chown(dir, identity.uid, identity.gid);
    const password = (await readFile(passwordFile, 'utf8').catch(() => '')).trim();
    if (password) return { dir, password };
    throw new EmbeddedPostgresError(
      `DATA_DIR ${dataDir} has lost its file postgres.password; restore it, or delete the folder to begin anew`,
    );
  }
  const fresh = join(dataDir, 'postgres.new');
  const password = randomBytes(18).toString('base64url');
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    for (const path of identity ? [fresh, passwordFile] : [])
      await chown(path, (identity as { uid: number }).uid, (identity as { gid: number }).gid);
    const args = ['-D', fresh, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    const command = await commandFor(
      programs.initdb,
      [...args, '--encoding=UTF8', ...LOCALE],
      fresh,
      identity,
    );
    await run(command.file, command.args, command.options);
    await rename(fresh, dir);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw new EmbeddedPostgresError(
      `PostgreSQL could not be initialised in ${dataDir}: ${tellingLine(error)}`,
    );
  }
  return { dir, password };
}

/** @throws EmbeddedPostgresError if the folder is something else; nothing of the owner's is ever deleted. */
async function holdsCluster(dir: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new EmbeddedPostgresError(`The cluster ${dir} cannot be read: ${firstLine(error)}`);
  }
  if (names.includes('PG_VERSION')) return true;
  if (names.length === 0) return false;
  throw new EmbeddedPostgresError(`${dir} holds files but no PostgreSQL cluster; move it away to begin anew`);
}

/** What initdb complained of; its last line only tells that it tidies up. */
function tellingLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr || message).trim().split('\n');
  return lines.find((line) => /error|fatal|could not|cannot/i.test(line)) ?? lines.at(-1) ?? '';
}
