import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The entities and the migrations must describe one schema. */
describe('migration drift', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, 2).initialize();
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

  it('notices a column that no entity knows (negative control)', async () => {
    await database.pool.query('ALTER TABLE users ADD COLUMN stray text');
    const pending = (await pendingChanges()).map(({ query }) => query);
    expect(pending).toEqual([expect.stringContaining('stray')]);
    await database.pool.query('ALTER TABLE users DROP COLUMN stray');
  });
});
