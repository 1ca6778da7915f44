import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { createApp } from '../../src/app.js';
import { Settings } from '../../src/platform/config/index.js';
import { entities } from '../../src/entities.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { watchContract } from './contract.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface TestApp {
  app: NestFastifyApplication;
  url: string;
  database: TestDatabase;
  /** supertest against the listening server: real HTTP. */
  http: ReturnType<typeof request>;
  close(): Promise<void>;
}

export const TEST_SETTINGS = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  JWT_SECRET: 'kJ8v2mQxT4bR7nLw9sYc3hGd6fZa1pEu',
  PASSWORD_HASH_COST: '4',
  PASSWORD_HASH_THREADS: '1',
  RATE_LIMITS: 'off',
  // The API alone, whether or not the shop has been built; browser tests say otherwise.
  WEB_DIR: '/nonexistent',
} as const;

/**
 * The real application, listening on a free loopback port, on a database of its own, or on `database`
 * to be a further instance beside another. `prepare` is called before it is initialised. Closing it throws if it answered
 * anything that openapi.json does not say, unless it is one that a test has broken on purpose.
 */
export async function startTestApp(
  settings: Record<string, string> = {},
  database?: TestDatabase,
  prepare?: (app: NestFastifyApplication) => void,
  { isBroken = false } = {},
): Promise<TestApp> {
  const ownDatabase = database ?? (await createTestDatabase());
  const parsed = Settings.parse({ ...TEST_SETTINGS, DATABASE_URL: ownDatabase.url, ...settings });
  const dataSource = await createDataSource(
    ownDatabase.url,
    parsed.raw.DATABASE_POOL_SIZE,
    entities,
  ).initialize();
  const app = await createApp(parsed, dataSource);
  const faults = watchContract(app);
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    url,
    database: ownDatabase,
    http: request(url),
    async close() {
      await app.close();
      if (!database) await ownDatabase.drop();
      if (faults.size > 0 && !isBroken)
        throw new Error(`Answers that openapi.json does not describe:\n${[...faults].join('\n')}`);
    },
  };
}
