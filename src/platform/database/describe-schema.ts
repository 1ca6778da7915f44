import type { DataSource } from 'typeorm';
import { readSql } from './read-sql.js';

const DESCRIBE = readSql(import.meta.url, 'describe-schema');

/**
 * Writes the schema of a migrated database as SQL that people read, from PostgreSQL's own catalogue: what the
 * migrations add up to. `npm run schema` keeps it in `schema.sql`; a test compares the two.
 */
export async function describeSchema(dataSource: DataSource): Promise<string> {
  const rows: { text: string }[] = await dataSource.query(DESCRIBE);
  return `-- The schema as it is. Written by \`npm run schema\`; do not edit it, add a migration.\n\n${rows
    .map(({ text }) => text)
    .join('\n\n')}\n`;
}
