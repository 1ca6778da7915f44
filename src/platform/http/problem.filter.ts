import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, commonErrors, isUnavailable, kindStatus } from '../errors/index.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

const STATUS_ERRORS: Record<number, () => AppError> = {
  400: commonErrors.BAD_REQUEST,
  404: commonErrors.ROUTE_NOT_FOUND,
  405: commonErrors.METHOD_NOT_ALLOWED,
  408: commonErrors.REQUEST_TIMEOUT,
  413: commonErrors.BODY_TOO_LARGE,
  415: commonErrors.UNSUPPORTED_MEDIA_TYPE,
  429: commonErrors.RATE_LIMITED,
  431: commonErrors.HEADERS_TOO_LARGE,
};

/** Renders every failure as RFC 9457 `application/problem+json` with a stable `code`; a 5xx tells no detail. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  /** @param onAborted told of each request whose sender went away before it had arrived */
  constructor(private readonly onAborted: () => void = () => undefined) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw exception;
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    // Nobody is there to be answered, and it is no failure of ours: errors of it would bury the real ones.
    if (request.raw.destroyed && !request.raw.complete) {
      this.onAborted();
      this.logger.debug({ msg: 'The sender went away', reqId: request.id, method: request.method });
      return;
    }
    const error = toAppError(exception);
    const status = kindStatus[error.kind];
    if (status >= 500 && error !== exception)
      this.logger.error({
        err: exception,
        reqId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
      });
    sendProblem(reply, error, request.url);
  }
}

export function sendProblem(reply: FastifyReply, error: AppError, url: string): void {
  void reply.send(answerWithProblem(reply, error, url));
}

/** Gives `reply` the status and headers of a problem and returns its document, to be sent as the body. */
export function answerWithProblem(reply: FastifyReply, error: AppError, url: string): ProblemDocument {
  const { retryAfterSeconds } = error.details;
  const status = kindStatus[error.kind];
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer');
  void reply.code(status).header('Content-Type', PROBLEM_CONTENT_TYPE).header('Cache-Control', 'no-store');
  return problemDocument(error, url);
}

export type ProblemDocument = Record<string, unknown>;

/** The RFC 9457 document of an error; `type` leads to its entry in docs/problems.md. */
export function problemDocument(error: AppError, url?: string): ProblemDocument {
  const { retryAfterSeconds, ...details } = error.details;
  const standard = {
    type: `/docs/problems#${error.code}`,
    title: error.title,
    status: kindStatus[error.kind],
    code: error.code,
    detail: details.detail,
    instance: url?.split('?', 1)[0],
  };
  // Spread twice: first for the order in which people read them, last so that no detail can overwrite them.
  return { ...standard, ...details, ...standard };
}

/** Maps anything thrown to an AppError; what is not understood becomes INTERNAL_ERROR. */
export function toAppError(exception: unknown): AppError {
  if (exception instanceof AppError) return exception;
  if (exception instanceof SyntaxError && 'statusCode' in exception) return commonErrors.MALFORMED_JSON();
  const { code, statusCode, message } = (exception ?? {}) as {
    code?: unknown;
    statusCode?: unknown;
    message?: unknown;
  };
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return commonErrors.MALFORMED_JSON();
  if (isUnavailable(exception)) return commonErrors.DATABASE_UNAVAILABLE({ retryAfterSeconds: 1 });
  const status =
    exception instanceof HttpException
      ? exception.getStatus()
      : typeof statusCode === 'number'
        ? statusCode
        : 500;
  if (status === 400 && typeof message === 'string' && /json/i.test(message))
    return commonErrors.MALFORMED_JSON();
  const known = STATUS_ERRORS[status] ?? (status >= 400 && status < 500 ? STATUS_ERRORS[400] : undefined);
  return known ? known() : commonErrors.INTERNAL_ERROR();
}
