import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { isUUID } from 'class-validator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KnownRoutes } from './known-routes.js';

/** `npm run build` puts the shop there; without it the API runs alone. */
const SHOP = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

/** Vite names these after their content, so they never change. */
const HASHED = /[\\/]assets[\\/]/;
const FOR_EVER_SECONDS = 31_536_000;

/** Pages of one drop: the shop's page comes with status 404 if there is no such drop. */
const DROP_PAGE = /^(\/admin)?\/events\/:id(\/|$)/;

/** Addresses of programs: what is unknown there is answered to a program, never with a page. */
const NO_PAGES = /^\/(api|docs|health|metrics|assets)(\/|$)/;

const NO_SHOP = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>SwiftDrop</title>
<h1>SwiftDrop</h1><p>The API is running; the web shop has not been built (<code>npm run build</code>).
<p><a href="/docs">API reference</a>
`;

/**
 * Serves the built shop: its files, its index page at every address that is a page of it, and the same
 * page with status 404 at any other address that a browser navigates to. nginx does the same in production
 * (it serves the files and asks us for the pages).
 */
export async function serveShop(
  server: FastifyInstance,
  known: KnownRoutes,
  webDir = SHOP,
  isEvent: (id: string) => Promise<boolean>,
): Promise<void> {
  const directory = resolve(webDir);
  const isBuilt = existsSync(join(directory, 'index.html'));
  const index = isBuilt ? readFileSync(join(directory, 'index.html')) : NO_SHOP;
  const sendPage = (reply: FastifyReply, status: number) =>
    reply
      .code(status)
      .header('Cache-Control', 'no-cache')
      .header('Content-Type', 'text/html; charset=utf-8')
      .send(index);

  if (!isBuilt) {
    server.get('/', (_request, reply) => sendPage(reply, 200));
    return;
  }
  const pages = JSON.parse(readFileSync(join(directory, 'routes.json'), 'utf8')) as { path: string }[];

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
  for (const { path } of pages)
    server.get(path, async (request, reply) => {
      const ids = Object.values(request.params as Record<string, string>);
      const isKnown =
        ids.every((id) => isUUID(id)) && (!DROP_PAGE.test(path) || (await isEvent(ids[0]!.toLowerCase())));
      return sendPage(reply, isKnown ? 200 : 404);
    });
  server.get('/*', (request: FastifyRequest, reply) => {
    const isPage = !NO_PAGES.test(request.url) && request.headers.accept?.includes('text/html');
    if (!isPage) return known.refuse(request, reply);
    return sendPage(reply, 404);
  });
}
