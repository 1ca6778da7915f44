import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '../errors/index.js';
import { sendProblem } from './problem.filter.js';

/** For whoever runs or builds on the shop. The page that problems refer to stays public, with its style. */
const MANAGEMENT_ROUTE = /^\/(metrics|openapi\.json|docs)(\/|$)/;
const PUBLIC_ROUTE = /^\/docs\/(problems(\/|$)|style\.css$)/;

const MAX_CONNECTIONS = 100;
const REQUEST_MS = 15_000;

/**
 * Answers `/metrics`, `/docs` and `/openapi.json` on an address of their own, and 404 on the public one. Before the routes
 * are registered: it guards those that match, not addresses, which can be spelt in many ways.
 */
export function separateManagement(server: FastifyInstance, port: number, host: string): void {
  const sockets = new WeakSet<Socket>();
  const door = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) =>
    server.routing(request, response),
  );
  door.maxConnections = MAX_CONNECTIONS;
  door.on('connection', (socket) => sockets.add(socket));

  const refuseOutside = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (sockets.has(request.raw.socket)) done();
    else sendProblem(reply, commonErrors.ROUTE_NOT_FOUND(), request.url);
  };
  server.addHook('onRoute', (route) => {
    if (MANAGEMENT_ROUTE.test(route.url) && !PUBLIC_ROUTE.test(route.url))
      route.onRequest = [refuseOutside, ...[route.onRequest ?? []].flat()];
  });
  server.addHook('onListen', (done) => {
    door.once('error', done);
    door.listen(port, host, () => done());
  });
  server.addHook('preClose', (done) => {
    door.closeAllConnections();
    door.close(() => done());
  });
}
