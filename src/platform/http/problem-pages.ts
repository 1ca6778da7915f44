import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { documentPage } from './document-page.js';
import { renderMarkdown } from './markdown.js';

const SOURCE = new URL('../../../docs/problems.md', import.meta.url);

/** The page that every problem document's `type` leads to: `/docs/problems#SOLD_OUT`. */
export function serveProblemPage(server: FastifyInstance): void {
  const page = documentPage(
    'Problems',
    `<main id="main" class="problems">${renderMarkdown(readFileSync(SOURCE, 'utf8'))}</main>`,
  );
  server.get('/docs/problems', (_, reply) => reply.type('text/html; charset=utf-8').send(page));
}
