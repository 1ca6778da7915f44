import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/index.js';

/**
 * What the shop's pages may do: run our own scripts and styles, talk to our own origin, show pictures from
 * anywhere over TLS. Nuxt UI and the reference page set styles inline; no script is ever inline.
 * nginx/headers.conf repeats it for the pages that nginx serves, and a test compares the two.
 */
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** For pages: the shop, the reference page, documents. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** For JSON, which is neither a page nor framed nor run. */
const API_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
} as const;

export const TRANSPORT_HEADER = { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' };

export type SetHeaders = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * What puts the headers on an answer. They are two constant tables instead of @fastify/helmet, which builds
 * its middleware anew for each request: 11 µs of 26 (docs/adr/0007-what-a-request-may-cost.md).
 */
export function securityHeaders(settings: Settings): SetHeaders {
  const transport = settings.isProduction ? TRANSPORT_HEADER : {};
  const api = { ...API_HEADERS, ...transport };
  const privateApi = { ...api, 'Cache-Control': 'no-store' };
  const page = { ...PAGE_HEADERS, ...transport };
  return (request, reply) => {
    reply.headers(!request.url.startsWith('/api/') ? page : isAnonymousRead(request) ? api : privateApi);
    reply.header('X-Request-Id', request.id);
  };
}

export function addHeaders(server: FastifyInstance, setHeaders: SetHeaders): void {
  server.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply);
    done();
  });
}

/** Whether the answer is the same for everybody. What is not, no cache may keep; a route can still say otherwise. */
function isAnonymousRead({ method, headers }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers.authorization === undefined &&
    headers.cookie === undefined
  );
}
