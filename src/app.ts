import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { SecurityEvents, watchRefusals } from './auth/index.js';
import { createLogger, logTroubledRequests, NestLogger } from './platform/telemetry/index.js';
import {
  acceptEmptyBodies,
  addHeaders,
  answerHealthOnly,
  allowOrigins,
  answerClientError,
  asksForRealtime,
  boundConnections,
  createValidationPipe,
  KnownRoutes,
  MAX_PARAM_LENGTH,
  ProblemFilter,
  refuseUnmetDemands,
  securityHeaders,
  sendProblem,
  separateManagement,
  serveApiReference,
  serveProblemPage,
  serveShop,
  surviveBrokenUpgrades,
  toAppError,
} from './platform/http/index.js';
import type { Settings } from './platform/config/index.js';
import { EventsService } from './events/index.js';
import { MetricsService } from './health/index.js';

/** Largest request body; the largest legitimate one is an event with its items. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** A token, a cookie and what browsers send need a quarter of it. */
const HEADER_LIMIT_BYTES = 16 * 1024;

/** A socket on which nothing moves is closed after this. */
const IDLE_SOCKET_MS = 30_000;
/** The whole request must have arrived after this, its headers after a third. */
const REQUEST_MS = 15_000;
const HEADERS_MS = 5_000;
/** Longer than nginx keeps its side open (60 s), so that it never sends into a closing connection. */
const KEEP_ALIVE_MS = 65_000;
/** How often Node looks for requests that are late; its default of 30 s would make 15 s mean 45. */
const LATENESS_CHECK_MS = 2_500;

/** Not under /api/v1, and all that a worker answers. */
const MACHINE_ROUTES = ['health/live', 'health/ready', 'metrics'];

/**
 * The whole application on an initialised, migrated data source, not yet listening. Closing it finishes the
 * requests in flight and then closes the data source. Used by main.ts and, unchanged, by the tests.
 */
export async function createApp(settings: Settings, dataSource: DataSource): Promise<NestFastifyApplication> {
  const setHeaders = securityHeaders(settings);
  const adapter = new FastifyAdapter({
    trustProxy: settings.raw.TRUSTED_PROXIES.length > 0 ? settings.raw.TRUSTED_PROXIES : false,
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: IDLE_SOCKET_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      maxHeaderSize: HEADER_LIMIT_BYTES,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LATENESS_CHECK_MS,
      shouldUpgradeCallback: asksForRealtime,
      // refuseUnmetDemands does, with a document.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: () => randomUUID(),
    // While stopping, a request on a connection that is still open is served and the connection then closed:
    // no balancer may send a purchase again, so a refusal would reach the buyer.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      // No hook has run that would have set them.
      setHeaders(request, reply);
      sendProblem(reply, toAppError(error), request.url);
    },
    clientErrorHandler: answerClientError,
  });
  const isSilent = settings.raw.LOG_LEVEL === 'silent';
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings, dataSource),
    adapter,
    {
      abortOnError: false,
      bodyParser: false,
      logger: isSilent ? false : new NestLogger(createLogger(settings)),
    },
  );
  const server: FastifyInstance = adapter.getInstance();
  server.server.maxConnections = settings.raw.MAX_CONNECTIONS;
  surviveBrokenUpgrades(server.server);
  if (settings.managementPort !== undefined)
    separateManagement(server, settings.managementPort, settings.raw.MANAGEMENT_HOST);
  addHeaders(server, setHeaders);
  // Before anything that refuses: a page can read a refusal only if it carries these headers too.
  await allowOrigins(server, settings.raw.ALLOWED_ORIGINS);
  logTroubledRequests(server);
  watchRefusals(server, app.get(SecurityEvents));
  refuseUnmetDemands(server);
  if (settings.raw.ROLE === 'worker') answerHealthOnly(server, MACHINE_ROUTES);
  boundConnections(server);
  const metrics = app.get(MetricsService);
  metrics.timeRequests(server);
  const known = new KnownRoutes(server);
  // JSON only: what a form on a foreign page can send, which browsers let pass unasked, is refused.
  server.removeContentTypeParser('text/plain');
  acceptEmptyBodies(server);

  app.useWebSocketAdapter(new WsAdapter(app));
  setRoutePrefix(app);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(() => metrics.countAborted()));
  serveApiReference(app);
  serveProblemPage(server);
  const events = app.get(EventsService);
  await serveShop(server, known, settings.raw.WEB_DIR, (id) => events.exists(id));
  return app;
}

/** Everything is under /api/v1 but what machines beside the shop ask for. */
export function setRoutePrefix(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api/v1', {
    exclude: MACHINE_ROUTES.map((path) => ({ path, method: RequestMethod.GET })),
  });
}
