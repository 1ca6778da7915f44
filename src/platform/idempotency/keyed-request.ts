import { createHash } from 'node:crypto';
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseIdempotencyKey } from './idempotency-key.js';

/** A request that carries an Idempotency-Key. */
export interface KeyedRequest {
  key: string;
  /** Tells this request from others: SHA-256 of its method, path and body. */
  hash: Buffer;
  /** Marks the answer as the first one, given again. */
  replayed: () => void;
}

/** Describes a route that takes an Idempotency-Key: its refusals and header follow. Its handler takes the `Keyed` request. */
export const Idempotent = () =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Names one act of the user, in 1 to 200 visible ASCII characters. The same request sent again with the ' +
        'same key within 24 hours acts once and gets the first answer.',
    }),
  );

/**
 * Injects the `KeyedRequest`, undefined without a key. The fields of the body that `secrets` names are left out of
 * the hash: a fast hash of a password must not be stored.
 * @throws IDEMPOTENCY_KEY_INVALID
 */
export const Keyed = createParamDecorator(
  (secrets: readonly string[] = [], context: ExecutionContext): KeyedRequest | undefined => {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    if (key === undefined) return undefined;
    const content = [request.method, request.url.split('?', 1)[0], request.body ?? null];
    const withoutSecrets = (field: string, value: unknown) => (secrets.includes(field) ? undefined : value);
    return {
      key,
      hash: createHash('sha256').update(JSON.stringify(content, withoutSecrets)).digest(),
      replayed: () => void http.getResponse<FastifyReply>().header('Idempotency-Replayed', 'true'),
    };
  },
);
