import type { Socket } from 'node:net';
import { commonErrors } from '../errors/index.js';
import { endWithProblem } from './raw-problem.js';

/** Answers what Node's HTTP parser refuses before there is a request: too slow, too large, not HTTP. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Already answered, and about to be destroyed.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? commonErrors.REQUEST_TIMEOUT()
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? commonErrors.HEADERS_TOO_LARGE()
        : commonErrors.BAD_REQUEST();
  endWithProblem(socket, problem);
}
