import 'reflect-metadata';
import { createApp } from './app.js';
import { Settings, SettingsError } from './config/index.js';
import { createDataSource, migrate } from './database/data-source.js';
import { EmbeddedPostgres, EmbeddedPostgresError } from './database/embedded-postgres.js';

async function main(): Promise<void> {
  const settings = Settings.fromEnvironment();
  const embedded = settings.raw.DATABASE_URL
    ? undefined
    : await EmbeddedPostgres.start({ dataDir: settings.dataDir });
  const url = settings.raw.DATABASE_URL ?? (embedded as EmbeddedPostgres).url;
  const dataSource = createDataSource(url, settings.raw.DATABASE_POOL_SIZE);
  await dataSource.initialize();
  await migrate(dataSource);
  const app = await createApp(settings, dataSource);
  await app.listen(settings.raw.PORT, settings.raw.HOST);
  const stop = async () => {
    await app.close();
    await embedded?.stop();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const expected = error instanceof SettingsError || error instanceof EmbeddedPostgresError;
  console.error(expected ? error.message : error);
  process.exit(1);
});
