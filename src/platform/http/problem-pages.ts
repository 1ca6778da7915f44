import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const SOURCE = new URL('../../../docs/problems.md', import.meta.url);

const STYLE =
  'body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'h3{font-family:ui-monospace,monospace;margin-top:2rem}:target{background:#fd83}pre{overflow:auto}';

/** The page that every problem document's `type` leads to: `/docs/problems#SOLD_OUT`. */
export function serveProblemPage(server: FastifyInstance): void {
  const page =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>Problems · SwiftDrop</title><style>${STYLE}</style>\n${renderMarkdown(readFileSync(SOURCE, 'utf8'))}`;
  server.get('/docs/problems', (_, reply) => reply.type('text/html; charset=utf-8').send(page));
}

/** The little Markdown that docs/problems.md is written in: headings, paragraphs, lists, fences, code. */
export function renderMarkdown(markdown: string): string {
  // Splitting at a pattern with a group gives text and fenced code in turn.
  return markdown
    .split(/^```\w*\n([^]*?)^```$/m)
    .map((part, index) =>
      index % 2 === 1
        ? `<pre><code>${escape(part)}</code></pre>`
        : part
            .trim()
            .split(/\n{2,}/)
            .filter(Boolean)
            .map(renderBlock)
            .join('\n'),
    )
    .join('\n');
}

function renderBlock(block: string): string {
  const heading = /^(#{1,6}) (.+)$/.exec(block);
  if (heading) {
    const [, marks, text] = heading as unknown as [string, string, string];
    return `<h${marks.length} id="${escape(text.replaceAll(' ', '-'))}">${inline(text)}</h${marks.length}>`;
  }
  if (block.startsWith('- ')) {
    const items = block.slice(2).split(/\n- /);
    return `<ul>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
  }
  return `<p>${inline(block)}</p>`;
}

function inline(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
