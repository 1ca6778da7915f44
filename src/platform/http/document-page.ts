import type { FastifyInstance } from 'fastify';

/** The shop's colours (web/src/styles.css), light and dark; every pair of them passes WCAG AA. */
const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f6f4ee;--line:#cfc9bb;--text:#292825;--quiet:#57534e;--brand:#0d5c46;
--get:#1c5473;--write:#0d5c46;--drop:#a12c16;--mark:#f9ebc8}
@media (prefers-color-scheme:dark){:root{--bg:#171a16;--soft:#1d211c;--line:#4a5148;--text:#dde1d9;--quiet:#b4bab0;
--brand:#8fd9b8;--get:#86c2e0;--write:#8fd9b8;--drop:#f49b85;--mark:#5a3b12}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.6 ui-sans-serif,system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--brand);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
:target{background:var(--mark)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem}
.top{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:center;padding:.75rem 1rem;border-bottom:1px solid var(--line)}
.top a{display:inline-flex;align-items:center;min-height:44px}
.brand{gap:.6rem;font-weight:700;color:var(--text);text-decoration:none}
.brand svg{width:28px;height:28px}
main{max-width:52rem;padding:1rem;margin:0 auto}
h1{line-height:1.2}h2{margin-top:3rem;line-height:1.25;border-bottom:1px solid var(--line);padding-bottom:.3rem}
h3{margin-top:2.5rem;line-height:1.35}h4{margin:1.25rem 0 .25rem}
code,pre{font:.9em/1.5 ui-monospace,monospace}
code{background:var(--soft);padding:.1em .3em;border-radius:4px}
pre{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:.75rem;overflow:auto;overflow-wrap:normal}
pre code{padding:0;background:none}
.scroll{overflow-x:auto}table{border-collapse:collapse;min-width:34rem}
th,td{border:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}
.problems h3{font-family:ui-monospace,monospace}
.quiet{color:var(--quiet)}
.method{font:700 .8em/1 ui-monospace,monospace;color:var(--write);border:1px solid;border-radius:4px;padding:.2em .4em;margin-right:.4em}
.method.GET{color:var(--get)}.method.DELETE{color:var(--drop)}
dl{margin:.25rem 0}dt{margin-top:.6rem}dd{margin:0 0 0 1rem}
summary{cursor:pointer;min-height:44px;display:flex;align-items:center;gap:.5rem}summary::before{content:"▸"}
details[open]>summary::before{content:"▾"}
nav ul,.codes{list-style:none;padding:0;margin:0}nav li a{display:block;padding:.35rem 0}
.find{display:block;width:100%;min-height:44px;margin:.25rem 0 1rem;padding:.4rem .6rem;font:inherit;color:inherit;background:var(--bg);
border:1px solid var(--quiet);border-radius:8px}
[hidden]{display:none!important}
@media (min-width:64rem){.beside{display:grid;grid-template-columns:19rem minmax(0,1fr)}
.beside>nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;border-right:1px solid var(--line)}
.beside>main{margin:0;padding:1rem 2.5rem}nav li a{padding:.15rem 0}}
@media (max-width:64rem){.beside>nav{padding:.5rem 1rem}}
`;

const LOGO =
  '<svg aria-hidden="true" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0d5c46"/><path d="M16 5.500c4.200 5 7.400 8.700 7.400 12.600a7.400 7.400 0 0 1-14.800 0c0-3.900 3.200-7.600 7.400-12.600Z" fill="#f4f1e8"/><path d="m17.600 11.800-5 7h3.300l-1.300 4.900 5-7h-3.300z" fill="#0d5c46"/></svg>';

/** Serves the style of the pages under /docs. */
export function serveDocumentStyle(server: FastifyInstance): void {
  server.get('/docs/style.css', (_, reply) =>
    reply.type('text/css; charset=utf-8').header('Cache-Control', 'public, max-age=3600').send(STYLE),
  );
}

/** A page of documentation. `content` is HTML with its own `main`, `script` and `links` are what this page alone has. */
export function documentPage(title: string, content: string, script = '', links = ''): string {
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${title} · SwiftDrop</title><link rel="stylesheet" href="/docs/style.css">${script}` +
    `<a class="skip" href="#main">To the content</a><header class="top"><a class="brand" href="/">${LOGO}SwiftDrop</a>` +
    `${links}<a href="/docs/problems">Problems</a></header>` +
    content
  );
}
