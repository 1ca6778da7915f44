import type { FastifyInstance } from 'fastify';
import { commonErrors } from '../errors/index.js';
import { sendProblem } from './problem.filter.js';

/** Refuses everything but `routes`: an instance that only works off jobs is no shop. */
export function answerHealthOnly(server: FastifyInstance, routes: readonly string[]): void {
  const answered = new Set(routes.map((route) => `/${route}`));
  server.addHook('onRequest', (request, reply, done) => {
    if (answered.has(request.routeOptions.url ?? '')) done();
    else sendProblem(reply, commonErrors.ROUTE_NOT_FOUND(), request.url);
  });
}
