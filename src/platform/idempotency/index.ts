export { parseIdempotencyKey } from './idempotency-key.js';
export { IdempotencyModule } from './idempotency.module.js';
export { IdempotencyService } from './idempotency.service.js';
export { Idempotent, Keyed, type KeyedRequest } from './keyed-request.js';
