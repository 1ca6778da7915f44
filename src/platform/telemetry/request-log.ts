import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** A request that took longer is told of; the purchase path answers in a few milliseconds. */
const SLOW_REQUEST_MS = 1_000;

/**
 * Logs requests that failed on our side or were slow, and nothing else: at tens of thousands of requests
 * per second, lines for each cost a third more and nobody reads them (docs/adr/0007-what-a-request-may-cost.md).
 */
export function logTroubledRequests(server: FastifyInstance): void {
  const logger = new Logger('Http');
  server.addHook('onResponse', (request, reply, done) => {
    const failed = reply.statusCode >= 500;
    // Readiness tells of an outage in words of its own, and is asked every few seconds.
    if (failed && request.url.startsWith('/health/')) return done();
    if (failed || reply.elapsedTime > SLOW_REQUEST_MS)
      logger.warn({
        msg: failed ? 'The request failed' : 'The request was slow',
        reqId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      });
    done();
  });
}
