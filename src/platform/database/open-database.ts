import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { QueryFailedError, type DataSource } from 'typeorm';
import { createDataSource, type Entities } from './data-source.js';
import { migrate, MigrationError } from './migrate.js';
import { BootError } from '../config/index.js';

/** A database that starts beside us, as in Compose, is waited for this long. */
const PATIENCE_MS = 5_000;
const ATTEMPT_MS = 2_000;
const RETRY_MS = 250;

/** Foreign keys that are NOT ENFORCED came with it (docs/adr/0009-orders-refer-without-checks.md). */
const OLDEST_POSTGRES = 18;

/** Refusals that will not pass by waiting, and what each says. */
const FINAL: Record<string, (url: URL) => string> = {
  '28P01': (url) => `refuses the password of "${decodeURIComponent(url.username)}"`,
  '28000': (url) => `refuses the user "${decodeURIComponent(url.username)}"`,
  '3D000': (url) => `has no database "${decodeURIComponent(url.pathname.slice(1))}"`,
  '42501': () => 'does not let this user connect',
};

/**
 * An initialised, migrated data source.
 * @throws BootError if the database cannot be reached, refuses us, is too old or cannot be migrated
 */
export async function openDatabase(url: string, poolSize: number, entities: Entities): Promise<DataSource> {
  await waitForDatabase(url);
  const dataSource = createDataSource(url, poolSize, entities);
  await dataSource.initialize();
  try {
    const [{ version }] = await dataSource.query(`SELECT current_setting('server_version') AS version`);
    assertNewEnough(version, place(url));
    await migrate(dataSource);
  } catch (error) {
    await dataSource.destroy();
    if (error instanceof QueryFailedError || error instanceof MigrationError)
      throw new BootError(`The database at ${place(url)} cannot be migrated: ${error.message}`);
    throw error;
  }
  return dataSource;
}

/**
 * @param version such as "18.4" or "18beta1"
 * @throws BootError
 */
export function assertNewEnough(version: string, place: string): void {
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES)
    throw new BootError(
      `DATABASE_URL: PostgreSQL at ${place} is version ${version}; SwiftDrop needs ${OLDEST_POSTGRES} or newer`,
    );
}

async function waitForDatabase(url: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const failure = await tryToConnect(url);
    if (failure === undefined) return;
    const explain = FINAL[failure.code ?? ''];
    if (explain) throw new BootError(`DATABASE_URL: PostgreSQL at ${place(url)} ${explain(new URL(url))}`);
    if (Date.now() > deadline)
      throw new BootError(`DATABASE_URL: no PostgreSQL answers at ${place(url)} (${describe(failure)})`);
    await delay(RETRY_MS);
  }
}

type Failure = Error & { code?: string };

async function tryToConnect(url: string): Promise<Failure | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ATTEMPT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return undefined;
  } catch (error) {
    return error as Failure;
  } finally {
    // A server of another kind may never answer the good-bye.
    await Promise.race([client.end().catch(() => undefined), delay(500)]);
  }
}

/** A host with several addresses fails with an AggregateError that has a code but no message. */
function describe(failure: Failure): string {
  return failure.code ?? failure.message.split('\n', 1)[0] ?? failure.name;
}

/** Host, port and database; never the password. */
function place(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${host || (searchParams.get('host') ?? 'localhost')}${pathname}`;
}
