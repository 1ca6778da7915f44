import type { FastifyInstance } from 'fastify';

const CHECK_MS = 50;

/**
 * While the server closes, ends each connection when its last request has been answered. Node closes those
 * that are idle at the beginning and waits for the others as long as they are kept alive: a minute.
 */
export function closeConnectionsAsTheyFallIdle(server: FastifyInstance): void {
  server.addHook('preClose', (done) => {
    const timer = setInterval(() => server.server.closeIdleConnections(), CHECK_MS);
    timer.unref();
    server.server.once('close', () => clearInterval(timer));
    done();
  });
}
