import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource } from './database/data-source.js';
import { describeSchema } from './database/describe-schema.js';
import { EmbeddedPostgres } from './database/embedded-postgres.js';
import { migrate } from './database/migrate.js';

/** `npm run schema` writes `src/database/schema.sql` anew, from a migrated database; a test compares the two. */
const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-schema-'));
const server = await EmbeddedPostgres.start({ dataDir, settings: { fsync: 'off' } });
const dataSource = createDataSource(server.url, 2);
try {
  await dataSource.initialize();
  await migrate(dataSource);
  await writeFile('src/database/schema.sql', await describeSchema(dataSource));
} finally {
  await dataSource.destroy();
  await server.stop();
  await rm(dataDir, { recursive: true });
}
