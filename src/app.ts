import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { RequestMethod } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { createValidationPipe, ProblemFilter, sendProblem, toAppError } from './common/index.js';
import type { Settings } from './config/index.js';
import { serveApiReference } from './openapi.js';

/** Largest request body; the largest legitimate one is an event with its items. */
const BODY_LIMIT_BYTES = 256 * 1024;

/**
 * The whole application on an initialised, migrated data source, not yet listening. Closing it closes the
 * data source. Used by main.ts and, unchanged, by the tests.
 */
export async function createApp(settings: Settings, dataSource: DataSource): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    trustProxy: settings.raw.TRUSTED_PROXIES.length > 0 ? settings.raw.TRUSTED_PROXIES : false,
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: 30_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    maxRequestsPerSocket: 0,
    routerOptions: { maxParamLength: 200 },
    genReqId: () => randomUUID(),
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, toAppError(error), request.url),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings, dataSource),
    adapter,
    {
      bufferLogs: true,
      abortOnError: false,
      logger: settings.raw.LOG_LEVEL === 'silent' ? false : undefined,
    },
  );
  setRoutePrefix(app);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  await app.register(cookie);
  await app.register(helmet);
  await app.register(cors, { origin: settings.raw.ALLOWED_ORIGINS, credentials: true });
  serveApiReference(app);
  return app;
}

/** Everything is under /api/v1 but what machines beside the shop ask for. */
export function setRoutePrefix(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api/v1', {
    exclude: ['health/live', 'health/ready', 'metrics'].map((path) => ({ path, method: RequestMethod.GET })),
  });
}
