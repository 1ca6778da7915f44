import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors, sendProblem } from '../common/index.js';

/** `npm run build` puts the shop there; without it the API runs alone. */
const SHOP = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Vite names these after their content, so they never change. */
const HASHED = /[\\/]assets[\\/]/;
const FOR_EVER_SECONDS = 31_536_000;

/**
 * Serves the built shop: its files, its index page at every address that is a page of it, and the same
 * page with status 404 at any other address that a browser navigates to. nginx does the same in production
 * (it serves the files and asks us for the pages).
 */
export async function serveShop(server: FastifyInstance, directory = SHOP): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) return;
  const index = readFileSync(join(directory, 'index.html'));
  const pages = JSON.parse(readFileSync(join(directory, 'routes.json'), 'utf8')) as { path: string }[];

  const sendPage = (reply: FastifyReply, status: number) =>
    reply
      .code(status)
      .header('Cache-Control', 'no-cache')
      .header('Content-Type', 'text/html; charset=utf-8')
      .send(index);

  await server.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    index: false,
    globIgnore: ['index.html', 'routes.json', '**/*.br', '**/*.gz'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      void response.header(
        'Cache-Control',
        HASHED.test(path) ? `public, max-age=${FOR_EVER_SECONDS}, immutable` : 'public, max-age=3600',
      );
    },
  });
  for (const { path } of pages) server.get(path, (_request, reply) => sendPage(reply, 200));
  server.get('/*', (request: FastifyRequest, reply) => {
    const isPage = !request.url.startsWith('/api/') && request.headers.accept?.includes('text/html');
    if (!isPage) return sendProblem(reply, commonErrors.ROUTE_NOT_FOUND(), request.url);
    return sendPage(reply, 404);
  });
}
