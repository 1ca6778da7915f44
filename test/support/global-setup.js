// Jest loads this file without its transforms, so it uses the built application; `npm test` builds first.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { entities } from '../../dist/entities.js';
import { createDataSource } from '../../dist/platform/database/data-source.js';
import { EmbeddedPostgres } from '../../dist/platform/database/embedded-postgres.js';
import { migrate } from '../../dist/platform/database/migrate.js';
import { startFerretDb } from './ferretdb.js';

/** One real PostgreSQL for the whole run, with a migrated template that each test file clones. */
export default async function globalSetup() {
  // First: when it fails, nothing is left running.
  if (!process.env.TEST_MONGO_URI) await provideMongo();

  const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-test-'));
  const server = await EmbeddedPostgres.start({
    dataDir,
    // A test's data need not survive a power cut; the benchmarks run with full durability.
    settings: { fsync: 'off', max_connections: '300' },
  });
  globalThis.testPostgres = { server, dataDir };
  process.env.TEST_POSTGRES_URL = server.url;

  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE DATABASE swiftdrop_template');
  await client.end();
  const template = new URL(server.url);
  template.pathname = '/swiftdrop_template';
  const dataSource = await createDataSource(template.href, 2, entities).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
}

/** What the tests do on MongoDB is skipped without one, and says so; only CI insists on what it can have. */
async function provideMongo() {
  let missing = 'there is no Go to build a stand-in with';
  try {
    const ferretDb = await startFerretDb();
    if (ferretDb) {
      globalThis.testFerretDb = ferretDb;
      process.env.TEST_MONGO_URI = ferretDb.uri;
      return;
    }
  } catch (error) {
    if (process.env.CI) throw error;
    missing = error.message;
  }
  console.warn(`\n*** NO MONGODB, its tests are SKIPPED: TEST_MONGO_URI is not set, and ${missing} ***\n`);
}
