import { entities } from './entities.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource, describeSchema, EmbeddedPostgres, migrate } from './platform/database/index.js';

/** `npm run schema` writes `src/platform/database/schema.sql` anew, from a migrated database; a test compares the two. */
const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-schema-'));
const server = await EmbeddedPostgres.start({ dataDir, settings: { fsync: 'off' } });
const dataSource = createDataSource(server.url, 2, entities);
try {
  await dataSource.initialize();
  await migrate(dataSource);
  await writeFile('src/platform/database/schema.sql', await describeSchema(dataSource));
} finally {
  await dataSource.destroy();
  await server.stop();
  await rm(dataDir, { recursive: true });
}
