import { Database } from '../../src/platform/database/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('hints of a transaction', () => {
  let server: TestApp;
  let database: Database;
  const committedRows = async () =>
    (await server.database.pool.query('SELECT count(*)::int AS rows FROM item_catalog')).rows[0].rows;

  beforeAll(async () => {
    server = await startTestApp();
    database = server.app.get(Database);
  });
  afterAll(() => server.close());

  const insert = `INSERT INTO item_catalog (id, name, description, category)
    VALUES (uuidv7(), 'Mug', 'A mug.', 'home')`;

  it('are told when others can see what was done', async () => {
    let seen: Promise<number> | undefined;
    const result = await database.transaction(async (transaction) => {
      await transaction.query(insert);
      transaction.afterCommit(() => (seen = committedRows()));
      expect(seen).toBeUndefined();
      return 'done';
    });
    expect(result).toBe('done');
    expect(await seen).toBe(1);
  });

  it('are forgotten when it rolls back', async () => {
    const hint = jest.fn();
    const failing = database.transaction(async (transaction) => {
      await transaction.query(insert);
      transaction.afterCommit(hint);
      throw new Error('too late');
    });
    await expect(failing).rejects.toThrow('too late');
    expect(hint).not.toHaveBeenCalled();
    expect(await committedRows()).toBe(1);
  });
});
