import { randomBytes } from 'node:crypto';
import pg from 'pg';

const TEMPLATE_DATABASE = 'swiftdrop_template';

/** URL of a database of the run's PostgreSQL. */
export function databaseUrl(name: string): string {
  const url = new URL(process.env.TEST_POSTGRES_URL as string);
  url.pathname = `/${name}`;
  return url.href;
}

export interface TestDatabase {
  url: string;
  /** For looking at rows directly, past the code under test. */
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** A fresh clone of the migrated template, or of another; each test file has its own. */
export async function createTestDatabase(template = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
  const pool = new pg.Pool({ connectionString: databaseUrl(name), max: 5 });
  pool.on('error', () => undefined);
  return {
    url: databaseUrl(name),
    pool,
    async drop() {
      await pool.end();
      await administer(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL as string });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
