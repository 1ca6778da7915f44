import { STATUS_CODES } from 'node:http';
import { kindStatus, type AppError } from '../errors/index.js';
import { PROBLEM_CONTENT_TYPE, problemDocument } from './problem.filter.js';

/** A whole HTTP answer, for a socket on which no server answers for us. */
export function rawProblem(error: AppError, url?: string, headers: Record<string, string> = {}): string {
  const status = kindStatus[error.kind];
  const body = JSON.stringify(problemDocument(error, url));
  const lines = Object.entries({
    'Content-Type': PROBLEM_CONTENT_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
