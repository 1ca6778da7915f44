import { readSchemaFiles } from './migrate.js';

describe('the SQL files of the schema', () => {
  const { migrations, functions } = readSchemaFiles();

  it('numbers migrations from 0001 with no gap and no number twice, so two branches cannot both add the next', () => {
    expect(migrations.map(({ path }) => path.match(/^migrations\/(\d{4})-[a-z0-9-]+\.sql$/)?.[1])).toEqual(
      migrations.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  it('gives each function a file of its name that can be applied again', () => {
    for (const { path, sql } of functions) {
      const created = [...sql.matchAll(/^CREATE OR REPLACE FUNCTION (\w+)/gm)].map(([, name]) => name);
      expect([path, created]).toEqual([`functions/${created[0]}.sql`, [created[0]]]);
      expect(sql).not.toMatch(/^CREATE (?!OR REPLACE)/m);
    }
  });
});
