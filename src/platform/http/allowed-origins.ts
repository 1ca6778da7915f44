import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What pages of other origins may read beside the body; by default browsers show them next to nothing. */
const EXPOSED_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];

/** The longest that Chromium keeps an answer to a preflight; others cap it by themselves. */
const PREFLIGHT_SECONDS = 7_200;

/** Lets pages of these origins call the API and read its answers, refusals included. */
export async function allowOrigins(server: FastifyInstance, origins: string[]): Promise<void> {
  // Without origins of others there is nothing to allow, and the hook would only cost.
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: origins,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
}
