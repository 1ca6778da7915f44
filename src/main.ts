import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.js';
import { banner, browserUrl } from './platform/telemetry/index.js';
import { assertNodeIsSupported, BootError, Settings, SettingsError } from './platform/config/index.js';
import { entities } from './entities.js';
import { EmbeddedPostgres, EmbeddedPostgresError, openDatabase } from './platform/database/index.js';
import { checkPort, explainListenError } from './platform/http/index.js';
import { demoLogins, DemoSeed } from './demo/index.js';

/** npm and make pass on a Ctrl-C that the terminal has sent to us already. */
const SAME_CTRL_C_MS = 500;
/** What modules and PostgreSQL may take beyond the requests' own time. */
const CLOSING_MS = 10_000;

const logger = new Logger('SwiftDrop');
let settings: Settings | undefined;
let embedded: EmbeddedPostgres | undefined;
let app: NestFastifyApplication | undefined;
let stopping = false;

async function boot(): Promise<void> {
  settings = Settings.fromEnvironment();
  const { PORT, HOST, DATABASE_URL, DATABASE_POOL_SIZE, CLAIM_POOL_SIZE } = settings.raw;
  assertNodeIsSupported(settings.isProduction);
  await checkPort(PORT, HOST);
  if (settings.managementPort !== undefined)
    await checkPort(settings.managementPort, settings.raw.MANAGEMENT_HOST, {
      port: 'MANAGEMENT_PORT',
      host: 'MANAGEMENT_HOST',
    });
  embedded = DATABASE_URL
    ? undefined
    : await EmbeddedPostgres.start({
        dataDir: settings.dataDir,
        settings: { max_connections: String(DATABASE_POOL_SIZE + CLAIM_POOL_SIZE + 50) },
        onRestart: (message) => logger.warn(message),
        onLost: (error) => void stop(1, error.message),
      });
  const url = DATABASE_URL ?? (embedded as EmbeddedPostgres).url;
  const dataSource = await openDatabase(url, DATABASE_POOL_SIZE, entities);
  app = await createApp(settings, dataSource);
  await app.init();
  await app.get(DemoSeed).seed();
  await app.listen(PORT, HOST).catch((error: unknown) => {
    throw explainListenError(error, PORT, HOST);
  });
  announce(settings, (app.getHttpServer().address() as AddressInfo).port);
}

function announce(settings: Settings, port: number): void {
  const { HOST, MONGO_URI, REDIS_URL, SHOP_URL } = settings.raw;
  const url = browserUrl(HOST, port);
  if (settings.isProduction) {
    logger.log(`Listening on ${url}`);
    if (settings.managementPort !== undefined)
      logger.log(
        `Metrics and the API reference are at ${browserUrl(settings.raw.MANAGEMENT_HOST, settings.managementPort)}`,
      );
    return;
  }
  process.stdout.write(
    banner({
      url,
      shopUrl: SHOP_URL,
      stores: [
        settings.usesEmbeddedDatabase ? 'embedded PostgreSQL' : 'PostgreSQL',
        MONGO_URI ? 'MongoDB (reviews, comments)' : 'reviews and comments in PostgreSQL too',
        ...(REDIS_URL ? ['Redis (rate limits)'] : []),
      ],
      logins: settings.seedsDemo ? demoLogins : [],
      ...(settings.usesEmbeddedDatabase && { dataDir: settings.dataDir }),
    }),
  );
}

/** Finishes the requests in flight, then stops what they needed, PostgreSQL last. */
async function stop(exitCode: number, reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  const graceMs = (settings?.raw.SHUTDOWN_TIMEOUT_SECONDS ?? 0) * 1000;
  logger[exitCode === 0 ? 'log' : 'fatal'](`${reason}; stopping`);
  const server = app?.getHttpServer();
  const cutOff = setTimeout(() => {
    logger.warn(`Requests still ran after ${graceMs / 1000} s and were cut off`);
    exitCode ||= 1;
    server?.closeAllConnections();
  }, graceMs);
  const giveUp = setTimeout(() => exitNow(1), graceMs + CLOSING_MS);
  try {
    await app?.close();
    clearTimeout(cutOff);
    await embedded?.stop();
  } catch (error) {
    logger.fatal({ err: error, msg: 'Stopping failed' });
    exitNow(1);
  }
  clearTimeout(giveUp);
  // Said last, since make, told of the same Ctrl-C, ends with a word of an interrupt and an error.
  if (embedded && settings && exitCode === 0)
    process.stdout.write(`Stopped; your data is in ${settings.dataDir}\n`);
  process.exit(exitCode);
}

function exitNow(exitCode: number): never {
  embedded?.abort();
  process.exit(exitCode);
}

const booted = boot().catch(async (error: unknown) => {
  const expected =
    error instanceof SettingsError || error instanceof EmbeddedPostgresError || error instanceof BootError;
  console.error(expected ? error.message : error);
  await app?.close().catch(() => undefined);
  await embedded?.stop();
  process.exit(1);
});

let askedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    const now = performance.now();
    if (askedAt === undefined) {
      askedAt = now;
      // A start that is under way is finished first; it takes a second and would leave PostgreSQL behind.
      void booted.then(() => stop(0, signal));
    } else if (now - askedAt > SAME_CTRL_C_MS) exitNow(130);
  });
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error, msg: 'An error that nobody handled' });
  void stop(1, 'The state is unknown');
});
