import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { kindStatus, type AppError } from '../errors/index.js';
import { PROBLEM_CONTENT_TYPE, problemDocument } from './problem.filter.js';

/** How long a peer may take to read the last answer on its socket. */
const LAST_ANSWER_MS = 1_000;

/** Renders a whole HTTP answer, for a socket on which no server answers for us. */
export function rawProblem(error: AppError, url?: string, headers: Record<string, string> = {}): string {
  const status = kindStatus[error.kind];
  const body = JSON.stringify(problemDocument(error, url));
  const { retryAfterSeconds } = error.details;
  const lines = Object.entries({
    'Content-Type': PROBLEM_CONTENT_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...headers,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

/**
 * Answers on a raw socket and ends it: at once when the peer closes its side too, else after a second. Without that
 * limit, a peer that keeps its side open would keep the socket, and its place among MAX_CONNECTIONS, for good.
 */
export function endWithProblem(
  socket: Duplex,
  error: AppError,
  url?: string,
  headers?: Record<string, string>,
): void {
  const timer = setTimeout(() => socket.destroy(), LAST_ANSWER_MS);
  socket.once('close', () => clearTimeout(timer));
  // What still arrives is discarded. The HTTP parser would go on with it and carry out a request that was refused.
  socket.removeAllListeners('data').on('data', () => undefined);
  socket.end(rawProblem(error, url, headers));
}
