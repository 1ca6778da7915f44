import { entities } from '../../src/entities.js';
import { readFileSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { describeSchema } from '../../src/platform/database/describe-schema.js';
import {
  migrate,
  MigrationError,
  readSchemaFiles,
  type SchemaFile,
} from '../../src/platform/database/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Goal: a database of any age becomes the one schema, whole or not at all, whoever starts beside whom. */
describe('migrations', () => {
  const ours = readSchemaFiles();
  const database: TestDatabase[] = [];
  const sources: DataSource[] = [];

  /** An empty database with as many instances that would migrate it. */
  const setUp = async (instances = 1) => {
    const own = await createTestDatabase('template0');
    database.push(own);
    for (let index = 0; index < instances; index += 1)
      sources.push(await createDataSource(own.url, 2, entities).initialize());
    return { pool: own.pool, instances: sources.slice(-instances) as [DataSource, ...DataSource[]] };
  };
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.destroy()));
    await Promise.all(database.splice(0).map((own) => own.drop()));
  });

  const answer = (value: number): SchemaFile => ({
    path: 'functions/answer.sql',
    sql: `CREATE OR REPLACE FUNCTION answer() RETURNS integer LANGUAGE sql RETURN ${value};`,
  });
  const withAnswer = (value: number) => ({ ...ours, functions: [...ours.functions, answer(value)] });
  const withMigration = (sql: string) => ({
    ...ours,
    migrations: [...ours.migrations, { path: 'migrations/9999-next.sql', sql }],
  });
  const schemaSql = readFileSync('src/platform/database/schema.sql', 'utf8');

  it('migrates once, though several instances start at the same time', async () => {
    const { instances } = await setUp(3);
    await Promise.all(instances.map((instance) => migrate(instance)));
    expect(await describeSchema(instances[0])).toBe(schemaSql);
  });

  it('adopts a database that TypeORM migrated', async () => {
    const { pool, instances } = await setUp();
    for (const { sql } of ours.migrations.slice(0, 4)) await pool.query(sql);
    await pool.query(TYPEORM_LEFT);
    await migrate(instances[0]);
    expect(await describeSchema(instances[0])).toBe(schemaSql);
  });

  it('applies a function again when its text has changed, and only then', async () => {
    const { pool, instances } = await setUp();
    const read = async () =>
      (await pool.query(`SELECT answer(), xmin FROM pg_proc WHERE proname = 'answer'`)).rows[0];
    await migrate(instances[0], withAnswer(41));
    const first = await read();
    await migrate(instances[0], withAnswer(41));
    expect(await read()).toEqual(first);
    await migrate(instances[0], withAnswer(42));
    expect(await read()).toMatchObject({ answer: 42 });
  });

  it('leaves newer functions alone in a database that is ahead', async () => {
    const { pool, instances } = await setUp();
    const newer = { ...withMigration('CREATE TABLE newer ()'), functions: withAnswer(42).functions };
    await migrate(instances[0], newer);
    await migrate(instances[0], withAnswer(41));
    expect((await pool.query('SELECT answer()')).rows).toEqual([{ answer: 42 }]);
  });

  it('changes nothing when a statement fails', async () => {
    const { pool, instances } = await setUp();
    await migrate(instances[0]);
    const failing = {
      ...withMigration('CREATE TABLE half (); SELECT 1 / 0'),
      functions: withAnswer(1).functions,
    };
    await expect(migrate(instances[0], failing)).rejects.toThrow('division by zero');
    const { rows } = await pool.query(`SELECT to_regclass('half') AS half, to_regproc('answer') AS answer`);
    expect(rows).toEqual([{ half: null, answer: null }]);
    expect(await describeSchema(instances[0])).toBe(schemaSql);
  });

  it('refuses a migration that was edited after it had been applied', async () => {
    const { instances } = await setUp();
    await migrate(instances[0], withMigration('CREATE TABLE next ()'));
    const edited = migrate(instances[0], withMigration('CREATE TABLE next (id integer)'));
    await expect(edited).rejects.toThrow(MigrationError);
    await expect(edited).rejects.toThrow('9999-next.sql was edited');
  });

  it('refuses a new signature beside the old one, and takes it when a migration drops the old', async () => {
    const { pool, instances } = await setUp();
    await migrate(instances[0], withAnswer(42));
    const functions = [
      ...ours.functions,
      {
        path: 'functions/answer.sql',
        sql: 'CREATE OR REPLACE FUNCTION answer(of integer DEFAULT 1) RETURNS integer LANGUAGE sql RETURN of;',
      },
    ];
    await expect(migrate(instances[0], { ...ours, functions })).rejects.toThrow('has a new signature');
    await migrate(instances[0], { ...withMigration('DROP FUNCTION answer()'), functions });
    expect((await pool.query('SELECT answer()')).rows).toEqual([{ answer: 1 }]);
  });
});

/** What else TypeORM's migrations left: its table, and the functions with the signatures of then. */
const TYPEORM_LEFT = `
CREATE TABLE migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL);
INSERT INTO migrations ("timestamp", name) VALUES
  (1795219200000, 'InitialSchema1795219200000'), (1795262400000, 'OrdersKeepTheirOwners1795262400000'),
  (1795305600000, 'RefreshTokensKnowTheirAge1795305600000'),
  (1795348800000, 'IdempotencyRecords1795348800000');

CREATE FUNCTION claim_orders(
  wanted_items uuid[], item_ordinals integer[], order_ids uuid[], user_ids uuid[], quantities integer[],
  keys text[]
) RETURNS TABLE (
  item_ordinal integer, event_id uuid, item_name text, unit_price_minor bigint, currency text,
  per_user_limit integer, phase text, starts_at timestamptz, decided_at timestamptz, reserved_until timestamptz,
  stock_remaining integer, outcomes text, replays jsonb
) LANGUAGE plpgsql AS $$ BEGIN END; $$;
CREATE FUNCTION return_stock(item_ids uuid[], quantities integer[])
RETURNS TABLE (event_item_id uuid, event_id uuid, stock_remaining integer) LANGUAGE plpgsql AS $$ BEGIN END; $$;
CREATE FUNCTION event_phase(status text, starts_at timestamptz, ends_at timestamptz, at timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE RETURN status;
CREATE FUNCTION settle_event_stock(event uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END; $$;
CREATE FUNCTION keep_users() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END; $$;
CREATE TRIGGER users_are_kept BEFORE DELETE OR UPDATE OF id ON users FOR EACH ROW EXECUTE FUNCTION keep_users();
CREATE FUNCTION keep_sold_items() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END; $$;
CREATE TRIGGER sold_items_are_kept BEFORE DELETE OR UPDATE OF id ON event_items
  FOR EACH ROW EXECUTE FUNCTION keep_sold_items();
`;
