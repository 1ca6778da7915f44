import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { purchaseErrors } from './purchase.errors.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

/** The `Idempotency-Key` header, undefined if there is none. @throws IDEMPOTENCY_KEY_INVALID */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);

export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !VISIBLE_ASCII.test(header))
    throw purchaseErrors.IDEMPOTENCY_KEY_INVALID();
  return header;
}
