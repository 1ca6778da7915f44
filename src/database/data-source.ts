import { DataSource } from 'typeorm';
import { entities } from './entities.js';
import { migrations } from './migrations/index.js';
import { SESSION_OPTIONS } from './timeouts.js';

/** Migrations of two instances that start together run one after the other. */
const MIGRATION_LOCK_KEY = 7_310_582;

export function createDataSource(url: string, poolSize: number): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    entities,
    migrations,
    migrationsTransactionMode: 'each',
    synchronize: false,
    connectTimeoutMS: 5_000,
    applicationName: 'swiftdrop',
    extra: {
      // pg waits for a free connection for ever unless told otherwise.
      connectionTimeoutMillis: 5_000,
      options: SESSION_OPTIONS,
    },
    poolErrorHandler: () => undefined,
  });
}

/** Brings the schema up to date; any number of instances may call it at once. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SET lock_timeout = 0');
    await runner.query('SET statement_timeout = 0');
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
    try {
      await dataSource.runMigrations();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK_KEY]);
      await runner.query('RESET lock_timeout');
      await runner.query('RESET statement_timeout');
    }
  } finally {
    await runner.release();
  }
}
