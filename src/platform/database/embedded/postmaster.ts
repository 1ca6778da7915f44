import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { open, readFile, readlink, realpath, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.js';
import { isRunning, sendSignal } from './processes.js';
import { commandFor, type Identity } from './programs.js';

/** Recovery after a crash replays what was written since the last checkpoint. */
const READY_TIMEOUT_MS = 60_000;
/** After `kill -9` of its postmaster, PostgreSQL refuses starts until the orphans are gone. */
const RETRY_MS = 10_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const LOG_LIMIT_BYTES = 10_000_000;

/** Refusals that pass by themselves. */
const PASSING =
  /pre-existing shared memory block|lock file .* already exists|could not create any TCP|could not bind|Address already in use/;

export interface PostmasterOptions {
  program: string;
  clusterDir: string;
  logFile: string;
  identity: Identity;
  /** 0 takes a free one. */
  port: number;
  settings: Record<string, string>;
}

/** A running server process. It has a process group of its own, so that Ctrl-C does not reach it. */
export class Postmaster {
  /** Resolves with a word such as `SIGKILL` or `exit code 1` when the process has ended. */
  readonly ended: Promise<string>;

  private constructor(
    readonly pid: number,
    readonly port: number,
    child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    child.unref();
  }

  /** Resolves when it accepts connections. @throws EmbeddedPostgresError with PostgreSQL's own reason. */
  static async start(options: PostmasterOptions): Promise<Postmaster> {
    const { size } = await stat(options.logFile).catch(() => ({ size: 0 }));
    if (size > LOG_LIMIT_BYTES) await truncate(options.logFile);
    const deadline = Date.now() + RETRY_MS;
    for (;;) {
      const outcome = await Postmaster.attempt(options);
      if (outcome instanceof Postmaster) return outcome;
      if (!PASSING.test(outcome) || Date.now() > deadline)
        throw new EmbeddedPostgresError(
          `PostgreSQL did not start in ${options.clusterDir}: ${outcome} (see ${options.logFile})`,
        );
      await delay(250);
    }
  }

  /** One start; a text tells why it failed. */
  private static async attempt(options: PostmasterOptions): Promise<Postmaster | string> {
    const { program, clusterDir, logFile, identity } = options;
    const port = options.port || (await freePort());
    const args = ['-D', clusterDir, '-p', String(port)];
    for (const [key, value] of Object.entries(options.settings)) args.push('-c', `${key}=${value}`);
    const command = await commandFor(program, args, clusterDir, identity);
    const log = await open(logFile, 'a', 0o600);
    const { size: logStart } = await log.stat();
    const child = spawn(command.file, command.args, {
      ...command.options,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let failure: string | undefined;
    child.once('error', (error) => (failure = error.message));
    child.once('exit', (code, signal) => (failure ??= signal ?? `exit code ${code}`));
    await log.close();

    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (failure === undefined && Date.now() < deadline) {
      const state = await readPidFile(clusterDir);
      if (state?.pid === child.pid && state?.isReady)
        return new Postmaster(state?.pid as number, port, child);
      await delay(POLL_MS);
    }
    if (failure !== undefined) return (await reasonFrom(logFile, logStart)) ?? failure;
    if (child.pid !== undefined) sendSignal(child.pid, 'SIGQUIT');
    return `it is not ready after ${READY_TIMEOUT_MS / 1000} s`;
  }

  /** Fast shutdown: ends connections, writes a checkpoint, keeps the data. */
  async stop(): Promise<void> {
    await stopProcess(this.pid);
  }

  /** Immediate shutdown: what is committed is recovered at the next start. */
  abort(): void {
    sendSignal(this.pid, 'SIGQUIT');
  }
}

/**
 * Stops a PostgreSQL that outlived the process which started it, and removes a pid file whose process is
 * somebody else's: PostgreSQL itself would take a pid that was given out again for a rival.
 */
export async function stopSurvivor(clusterDir: string): Promise<void> {
  const pid = (await readPidFile(clusterDir))?.pid;
  if (pid === undefined) return;
  if ((await isRunning(pid)) && (await worksIn(pid, clusterDir))) await stopProcess(pid);
  else await rm(join(clusterDir, 'postmaster.pid'), { force: true });
}

/** A postmaster's working folder is its cluster. Where there is no /proc the pid file is believed. */
async function worksIn(pid: number, clusterDir: string): Promise<boolean> {
  const workDir = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) => error.code);
  if (workDir === 'ENOENT') return process.platform !== 'linux';
  return workDir === (await realpath(clusterDir));
}

async function stopProcess(pid: number): Promise<void> {
  sendSignal(pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (await isRunning(pid)) {
    if (Date.now() > deadline) {
      sendSignal(pid, 'SIGQUIT');
      return;
    }
    await delay(POLL_MS);
  }
}

async function readPidFile(clusterDir: string): Promise<{ pid: number; isReady: boolean } | undefined> {
  const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

/** PostgreSQL's last complaint since the log had `start` bytes, but for those of connections that outlived the server before. */
async function reasonFrom(logFile: string, start: number): Promise<string | undefined> {
  const log = (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(start).toString();
  const complaints = log
    .split('\n')
    .flatMap((line) => /(?:FATAL|PANIC|ERROR): +(?!terminating connection)(.*)/.exec(line)?.[1] ?? []);
  return complaints.at(-1) ?? log.trim().split('\n').at(-1);
}

/** A port that is free at this moment; the start is tried anew if somebody was faster. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
