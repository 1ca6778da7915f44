import { defineErrors } from './app-error.js';

/** Refusals that any endpoint may answer with. */
export const commonErrors = defineErrors({
  VALIDATION_FAILED: { kind: 'invalid', title: 'The request has fields that are missing or wrong.' },
  MALFORMED_JSON: { kind: 'invalid', title: 'The request body is not valid JSON.' },
  INVALID_ID: { kind: 'invalid', title: 'An id in the path is not a UUID.' },
  INVALID_CURSOR: { kind: 'invalid', title: 'The cursor is not one that this list gave out.' },
  BAD_REQUEST: { kind: 'invalid', title: 'The request cannot be understood.' },
  ROUTE_NOT_FOUND: { kind: 'notFound', title: 'There is no such address.' },
  METHOD_NOT_ALLOWED: { kind: 'methodNotAllowed', title: 'This address does not know that method.' },
  REQUEST_TIMEOUT: { kind: 'timeout', title: 'The request took too long to arrive.' },
  BODY_TOO_LARGE: { kind: 'tooLarge', title: 'The request body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: {
    kind: 'unsupportedMediaType',
    title: 'The request body must be application/json.',
  },
  EXPECTATION_FAILED: {
    kind: 'expectationFailed',
    title: 'What the Expect header asks for is not given here.',
  },
  HEADERS_TOO_LARGE: { kind: 'headersTooLarge', title: 'The request headers are too large.' },
  IDEMPOTENCY_KEY_INVALID: {
    kind: 'invalid',
    title: 'The Idempotency-Key must be 1 to 200 visible ASCII characters.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'unprocessable',
    title: 'You used this Idempotency-Key for a different request.',
  },
  RATE_LIMITED: { kind: 'tooManyRequests', title: 'Too many requests; wait before the next.' },
  DATABASE_UNAVAILABLE: { kind: 'unavailable', title: 'The database does not answer; try again shortly.' },
  /** Answered by nginx, when no instance answers it. */
  SERVICE_UNAVAILABLE: { kind: 'unavailable', title: 'No instance answers; try again shortly.' },
  INTERNAL_ERROR: { kind: 'internal', title: 'Something went wrong on our side.' },
});
