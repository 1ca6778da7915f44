import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { DataSource, EntityManager } from 'typeorm';

/** Instances that start together migrate one after the other. */
const MIGRATION_LOCK_KEY = 7_310_582;

/** A .sql file of the schema, such as `migrations/0001-initial-schema.sql`. */
export interface SchemaFile {
  path: string;
  sql: string;
}

export interface SchemaFiles {
  /** Applied once, in the order of their numbers. */
  migrations: SchemaFile[];
  /** Applied again whenever their text changes; each file defines the function it is named after. */
  functions: SchemaFile[];
}

/** Thrown when the files and the database do not fit each other. */
export class MigrationError extends Error {}

export function readSchemaFiles(): SchemaFiles {
  return { migrations: readFolder('migrations'), functions: readFolder('functions') };
}

function readFolder(folder: string): SchemaFile[] {
  const directory = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({
      path: `${folder}/${name}`,
      // A checkout on Windows must not look like an edit.
      sql: readFileSync(new URL(name, directory), 'utf8').replaceAll('\r\n', '\n'),
    }));
}

/**
 * Brings the schema up to date in one transaction, so a failure changes nothing. Any number of instances may call it
 * at once. An older instance that starts beside a newer one leaves the newer functions alone.
 *
 * @throws MigrationError if an applied migration was edited, or a function was left with an old signature
 */
export async function migrate(dataSource: DataSource, files = readSchemaFiles()): Promise<void> {
  await dataSource.transaction(async (transaction) => {
    await transaction.query('SET LOCAL lock_timeout = 0');
    await transaction.query('SET LOCAL statement_timeout = 0');
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK_KEY]);
    await transaction.query(SCHEMA_FILES);
    await adoptTypeOrmMigrations(transaction, files);

    const applied = await readApplied(transaction);
    for (const file of files.migrations) {
      const known = applied.get(file.path);
      if (known === undefined) await apply(transaction, file);
      else if (known !== checksumOf(file))
        throw new MigrationError(
          `${file.path} was edited after it had been applied; add a new migration instead`,
        );
    }
    if (hasNewerMigrations(applied, files)) return;
    const changed = files.functions.filter((file) => applied.get(file.path) !== checksumOf(file));
    for (const file of changed) await apply(transaction, file);
    await assertOneSignature(transaction, changed);
  });
}

/** What was applied, and with which text. */
const SCHEMA_FILES = `
CREATE TABLE IF NOT EXISTS schema_files (
  path text CONSTRAINT schema_files_pkey PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

async function readApplied(transaction: EntityManager): Promise<Map<string, string>> {
  const rows: { path: string; checksum: string }[] = await transaction.query(
    'SELECT path, checksum FROM schema_files',
  );
  return new Map(rows.map(({ path, checksum }) => [path, checksum]));
}

async function apply(transaction: EntityManager, file: SchemaFile): Promise<void> {
  await transaction.query(file.sql);
  await record(transaction, file);
}

async function record(transaction: EntityManager, file: SchemaFile): Promise<void> {
  await transaction.query(
    `INSERT INTO schema_files (path, checksum) VALUES ($1, $2)
     ON CONFLICT (path) DO UPDATE SET checksum = excluded.checksum, applied_at = now()`,
    [file.path, checksumOf(file)],
  );
}

function checksumOf({ sql }: SchemaFile): string {
  return createHash('sha256').update(sql).digest('hex');
}

function hasNewerMigrations(applied: ReadonlyMap<string, string>, { migrations }: SchemaFiles): boolean {
  const ours = new Set(migrations.map(({ path }) => path));
  return [...applied.keys()].some((path) => path.startsWith('migrations/') && !ours.has(path));
}

/** CREATE OR REPLACE makes a second function when the arguments change, and calls of the first stay as they were. */
async function assertOneSignature(transaction: EntityManager, files: readonly SchemaFile[]): Promise<void> {
  const names = files.map(({ path }) => path.replace(/^functions\/(.*)\.sql$/, '$1'));
  const rows: { name: string }[] = await transaction.query(
    `SELECT proname AS name FROM pg_proc
     WHERE pronamespace = current_schema()::regnamespace AND proname = ANY ($1)
     GROUP BY proname HAVING count(*) > 1`,
    [names],
  );
  if (rows[0])
    throw new MigrationError(
      `functions/${rows[0].name}.sql has a new signature; add a migration that drops the function with the old one`,
    );
}

/** Under which names TypeORM recorded what these files hold, before they were SQL. */
const TYPEORM_NAMES: Record<string, string> = {
  'migrations/0001-initial-schema.sql': 'InitialSchema1795219200000',
  'migrations/0002-orders-refer-without-checks.sql': 'OrdersKeepTheirOwners1795262400000',
  'migrations/0003-refresh-tokens-know-their-age.sql': 'RefreshTokensKnowTheirAge1795305600000',
  'migrations/0004-idempotency-records.sql': 'IdempotencyRecords1795348800000',
};

async function adoptTypeOrmMigrations(
  transaction: EntityManager,
  { migrations }: SchemaFiles,
): Promise<void> {
  const [{ exists }] = await transaction.query(`SELECT to_regclass('migrations') IS NOT NULL AS exists`);
  if (!exists) return;
  const rows: { name: string }[] = await transaction.query(
    '/* unchecked: TypeORM kept this table */ SELECT name FROM migrations',
  );
  const names = new Set(rows.map(({ name }) => name));
  for (const file of migrations)
    if (names.has(TYPEORM_NAMES[file.path] ?? '')) await record(transaction, file);
  await transaction.query('DROP TABLE migrations');
}
