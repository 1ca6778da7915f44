import { readFileSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { entities } from '../../src/entities.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { describeSchema } from '../../src/platform/database/describe-schema.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The entities, the migrations and schema.sql must describe one schema. */
describe('migration drift', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, 2, entities).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const pendingChanges = async () => (await dataSource.driver.createSchemaBuilder().log()).upQueries;

  it('finds nothing that the entities have and the migrations lack, or the other way round', async () => {
    const pending = (await pendingChanges()).map(({ query }) => query);
    expect(pending).toEqual([]);
  });

  it('finds schema.sql as `npm run schema` writes it', async () => {
    expect(await describeSchema(dataSource)).toBe(readFileSync('src/platform/database/schema.sql', 'utf8'));
  });

  it('notices a column that no entity knows (negative control)', async () => {
    await database.pool.query('ALTER TABLE users ADD COLUMN stray text');
    const pending = (await pendingChanges()).map(({ query }) => query);
    expect(pending).toEqual([expect.stringContaining('stray')]);
    expect(await describeSchema(dataSource)).toContain('stray text');
    await database.pool.query('ALTER TABLE users DROP COLUMN stray');
  });
});
