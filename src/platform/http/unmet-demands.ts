import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { commonErrors, kindStatus } from '../errors/index.js';
import { PROBLEM_CONTENT_TYPE, problemDocument, sendProblem } from './problem.filter.js';

/** Refuses, in the shape of every other refusal, what Node itself would refuse with no body. */
export function refuseUnmetDemands(server: FastifyInstance): void {
  // Node answers everything but `100-continue` with a bare 417.
  (server.server as Server).on('checkExpectation', ({ url }, response) => {
    const problem = commonErrors.EXPECTATION_FAILED();
    const body = JSON.stringify(problemDocument(problem, url));
    response
      .writeHead(kindStatus[problem.kind], {
        'Content-Type': PROBLEM_CONTENT_TYPE,
        'Content-Length': Buffer.byteLength(body),
        Connection: 'close',
      })
      .end(body);
  });
  // With `requireHostHeader: false`, or Node answers with a bare 400 (RFC 9112, 3.2).
  server.addHook('onRequest', (request, reply, done) => {
    if (request.raw.headers.host === undefined && request.raw.httpVersion === '1.1')
      sendProblem(reply, commonErrors.BAD_REQUEST({ detail: 'The Host header is missing.' }), request.url);
    else done();
  });
}
