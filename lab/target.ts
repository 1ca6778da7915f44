import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CouldNotRun } from './api.ts';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist', 'main.js');
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const MAX_LOG_CHARACTERS = 20_000;

/** A SwiftDrop to load. */
export interface Target {
  description: string;
  origins: string[];
  adminEmail: string;
  adminPassword: string;
  /** Resident memory of its processes; undefined where that cannot be seen. */
  memoryMegabytes(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** @throws CouldNotRun if it is not ready to serve */
export async function remoteTarget(
  origins: string[],
  adminEmail: string,
  adminPassword: string | undefined,
): Promise<Target> {
  if (!adminPassword)
    throw new CouldNotRun('LAB_ADMIN_PASSWORD is not set; it holds the password of --admin-email');
  for (const origin of origins) await checkReady(origin);
  return {
    description: origins.join(', '),
    origins,
    adminEmail,
    adminPassword,
    memoryMegabytes: async () => undefined,
    stop: async () => undefined,
  };
}

async function checkReady(origin: string): Promise<void> {
  const response = await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error & { cause?: { code?: string } }) => {
      throw new CouldNotRun(`${origin} does not answer (${error.cause?.code ?? error.message})`);
    },
  );
  // A shop behind a proxy may keep its health to itself; then the first real request will tell.
  if (response.status >= 500) throw new CouldNotRun(`${origin}/health/ready answers ${response.status}`);
}

interface Instance {
  port: number;
  child: ChildProcess;
  log: string;
}

/** What the lab uses of the built application. */
interface EmbeddedPostgresModule {
  EmbeddedPostgres: {
    start(options: { dataDir: string; settings?: Record<string, string> }): Promise<{
      url: string;
      stop(): Promise<void>;
    }>;
  };
}

/**
 * A SwiftDrop of the lab's own: a PostgreSQL with full durability in a temporary folder, and one or more
 * instances of the built application on it.
 */
export class EmbeddedTarget implements Target {
  readonly adminEmail = 'lab-admin@lab.invalid';
  readonly adminPassword = randomBytes(18).toString('base64url');
  readonly description: string;
  private readonly instances: Instance[] = [];
  private readonly settings: Record<string, string>;
  private readonly dataDir: string;
  private readonly root: string;
  private readonly postgres: { url: string; stop(): Promise<void> };
  private stopping = false;

  private constructor(
    settings: Record<string, string>,
    instances: number,
    dataDir: string,
    postgres: { url: string; stop(): Promise<void> },
    root: string,
  ) {
    this.root = root;
    this.settings = settings;
    this.dataDir = dataDir;
    this.postgres = postgres;
    const changed = Object.entries(settings).map(([key, value]) => ` ${key}=${value}`);
    this.description = `embedded, ${instances} process${instances === 1 ? '' : 'es'}, full durability${changed.join('')}`;
  }

  /**
   * Starts instances of the application that is built under `root`.
   * @throws CouldNotRun with the server's own last words
   */
  static async start(
    settings: Record<string, string>,
    instances: number,
    root = ROOT,
  ): Promise<EmbeddedTarget> {
    await ensureBuilt();
    const { EmbeddedPostgres } = (await import(
      join(ROOT, 'dist', 'platform', 'database', 'embedded-postgres.js')
    )) as EmbeddedPostgresModule;
    const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-lab-'));
    let target: EmbeddedTarget | undefined;
    try {
      const postgres = await EmbeddedPostgres.start({ dataDir });
      target = new EmbeddedTarget(settings, instances, dataDir, postgres, root);
      // One after the other: the first migrates and makes the admin.
      for (let index = 0; index < instances; index++) await target.startInstance();
      return target;
    } catch (error) {
      if (target) await target.stop();
      else await rm(dataDir, { recursive: true, force: true });
      throw error instanceof CouldNotRun ? error : new CouldNotRun((error as Error).message);
    }
  }

  get origins(): string[] {
    return this.instances.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  get pids(): number[] {
    return this.instances.map(({ child }) => child.pid as number);
  }

  /** Kills an instance as a crash would, and starts it anew on the same port. */
  async crash(index: number): Promise<void> {
    const instance = this.instances[index];
    if (!instance || this.stopping) return;
    instance.child.kill('SIGKILL');
    await ended(instance.child);
    if (!this.stopping) await this.startInstance(index);
  }

  async memoryMegabytes(): Promise<number | undefined> {
    const sizes = await Promise.all(this.pids.map((pid) => residentMegabytes(pid)));
    return sizes.some((size) => size === undefined)
      ? undefined
      : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(
      this.instances.map(async ({ child }) => {
        child.kill('SIGTERM');
        const deadline = delay(STOP_TIMEOUT_MS, 'late', { ref: false });
        if ((await Promise.race([ended(child), deadline])) === 'late') child.kill('SIGKILL');
      }),
    );
    await this.postgres.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async startInstance(replaces?: number): Promise<void> {
    const port = replaces === undefined ? await freePort() : (this.instances[replaces] as Instance).port;
    const child = spawn(process.execPath, ['--enable-source-maps', join(this.root, 'dist', 'main.js')], {
      cwd: this.root,
      // The caller's own settings must not leak into the measurement; --set is how to give some.
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'development',
        LOG_LEVEL: 'warn',
        JWT_SECRET: this.jwtSecret,
        RATE_LIMITS: 'off',
        SEED_DEMO: 'off',
        LAB_ENDPOINTS: 'on',
        ADMIN_EMAIL: this.adminEmail,
        ADMIN_PASSWORD: this.adminPassword,
        ...this.settings,
        DATABASE_URL: this.postgres.url,
        DATA_DIR: this.dataDir,
        HOST: '127.0.0.1',
        PORT: String(port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is the lab's to handle: it clears up before it stops the server.
      detached: true,
    });
    const instance: Instance = { port, child, log: '' };
    const keep = (chunk: Buffer) =>
      (instance.log = (instance.log + chunk.toString()).slice(-MAX_LOG_CHARACTERS));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    if (replaces === undefined) this.instances.push(instance);
    else this.instances[replaces] = instance;
    await this.untilReady(instance);
  }

  private readonly jwtSecret = randomBytes(48).toString('base64url');

  private async untilReady({ child, port, ...rest }: Instance): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    let failed: string | undefined;
    child.once('error', (error) => (failed = error.message));
    child.once('exit', (code, signal) => (failed ??= `exit ${code ?? signal}`));
    while (performance.now() < deadline && failed === undefined && !this.stopping) {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
      if (response?.ok) return;
      await delay(25);
    }
    if (this.stopping) return;
    const { log } = this.instances.find((instance) => instance.child === child) ?? rest;
    throw new CouldNotRun(
      `the embedded server did not start (${failed ?? 'not ready in time'}):\n${log.trim()}`,
    );
  }
}

/** The lab runs the built application, as everybody else does. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(MAIN)) return;
  process.stderr.write('building the server first …\n');
  const build = spawn('npm', ['run', '--silent', 'build:api'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code === 0) return;
  // The compiler writes what it can, and a next run would take that for a server.
  await rm(MAIN, { force: true });
  throw new CouldNotRun('the server does not build; the compiler says above why');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** From the kernel's own account; only Linux has it. */
export async function residentMegabytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

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
