// Jest loads this file without its transforms, so it uses the built application; `npm test` builds first.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDataSource, migrate } from '../../dist/database/data-source.js';
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { startFerretDb } from './ferretdb.js';

/** One real PostgreSQL for the whole run, with a migrated template that each test file clones. */
export default async function globalSetup() {
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
  const dataSource = await createDataSource(template.href, 2).initialize();
  await migrate(dataSource);
  await dataSource.destroy();

  if (!process.env.TEST_MONGO_URI) await provideMongo();
}

/** What the tests do on MongoDB is skipped without one, and says so; a broken stand-in is a failure. */
async function provideMongo() {
  const ferretDb = await startFerretDb();
  if (ferretDb) {
    globalThis.testFerretDb = ferretDb;
    process.env.TEST_MONGO_URI = ferretDb.uri;
    return;
  }
  console.warn('\n*** NO MONGODB: set TEST_MONGO_URI or install Go; the tests on MongoDB are SKIPPED. ***\n');
}
