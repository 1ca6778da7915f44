import type { OpenAPIObject } from '@nestjs/swagger';
import { documentPage } from '../document-page.js';
import { escapeHtml, renderMarkdown } from '../markdown.js';
import { METHODS, type Operation } from './conventions.js';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  example?: unknown;
  default?: unknown;
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Route {
  method: string;
  path: string;
  operation: Operation & { 'x-roles'?: string[] };
}

const TITLES: Record<string, string> = {
  auth: 'Accounts and sessions',
  events: 'Drops',
  purchase: 'Buying',
  profile: 'One’s own account and orders',
  reviews: 'Reviews',
  comments: 'Comments',
  admin: 'Administration',
  operations: 'Operations',
  lab: 'Load tests',
};

const inline = (text: string) => renderMarkdown(text).replaceAll(/^<p>|<\/p>\n$/g, '');

/** The whole reference as one page, without scripts but for the search. */
export function renderReference(document: OpenAPIObject): string {
  return new ReferencePage(document).render();
}

class ReferencePage {
  private readonly schemas: Record<string, Schema>;
  private readonly routes: Route[];

  constructor(private readonly document: OpenAPIObject) {
    this.schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
    this.routes = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation ? [{ method: method.toUpperCase(), path, operation }] : [];
      }),
    );
  }

  render(): string {
    const guide = renderMarkdown(this.document.info.description ?? '');
    const chapters = [...guide.matchAll(/<h2 id="([^"]+)">(.*?)<\/h2>/g)].map(
      ([, id, title]) => `<li><a href="#${id}">${title}</a></li>`,
    );
    const tags = Object.keys(TITLES).filter((tag) => this.of(tag).length > 0);
    const index = tags.map(
      (tag) =>
        `<details><summary>${TITLES[tag]}</summary><ul>` +
        this.of(tag)
          .map(
            (route) =>
              `<li data-find="${findable(route)}"><a href="#${route.operation.operationId}">${route.operation.summary}</a></li>`,
          )
          .join('') +
        '</ul></details>',
    );
    const problems = /Problem$/;
    const shapes = Object.keys(this.schemas)
      .filter((name) => !problems.test(name))
      .sort();
    return documentPage(
      'API reference',
      '<div class="beside"><nav aria-label="Contents">' +
        '<label hidden>Find an operation<input type="search" class="find" autocomplete="off"></label>' +
        `<details><summary>Guide</summary><ul>${chapters.join('')}<li><a href="#schemas">Schemas</a></li></ul></details>` +
        `${index.join('')}<p class="quiet" role="status"></p></nav><main id="main"><h1>SwiftDrop API</h1>${guide}` +
        tags
          .map(
            (tag) =>
              `<h2 id="tag-${tag}">${TITLES[tag]}</h2>${this.of(tag)
                .map((route) => this.operation(route))
                .join('')}`,
          )
          .join('') +
        `<h2 id="schemas">Schemas</h2>${shapes.map((name) => this.shape(name)).join('')}</main></div>`,
      '<script src="/docs/search.js" defer></script>',
      '<a href="/openapi.json">openapi.json</a>',
    );
  }

  private of(tag: string): Route[] {
    return this.routes.filter(({ operation }) => (operation.tags?.[0] ?? '') === tag);
  }

  private operation(route: Route): string {
    const { method, path, operation } = route;
    const id = operation.operationId as string;
    return (
      `<section aria-labelledby="${id}" data-find="${findable(route)}"><h3 id="${id}">${inline(operation.summary ?? '')}</h3>` +
      `<p><span class="method ${method}">${method}</span><code>${path.replaceAll('/', '/<wbr>')}</code></p>` +
      (operation.description ? renderMarkdown(operation.description) : '') +
      `<p class="quiet">${whoMayAsk(operation)}</p>${this.parameters(operation)}${this.body(operation)}${this.answers(operation)}` +
      `<details><summary>With curl</summary><pre tabindex="0"><code>${escapeHtml(this.curl(route))}</code></pre></details></section>`
    );
  }

  private parameters(operation: Operation): string {
    const parameters = (operation.parameters ?? []) as {
      name: string;
      in: string;
      required?: boolean;
      description?: string;
      schema: Schema;
    }[];
    if (parameters.length === 0) return '';
    const rows = parameters.map(({ name, in: place, required, description, schema }) =>
      this.field(name, { description, ...schema }, required === true, `in the ${place}`),
    );
    return `<h4>Parameters</h4><dl>${rows.join('')}</dl>`;
  }

  private body({ requestBody }: Operation): string {
    if (!requestBody || '$ref' in requestBody) return '';
    const schema = requestBody.content['application/json']?.schema as Schema;
    const example = JSON.stringify(this.example(schema), null, 2);
    return (
      `<h4>Body${requestBody.required ? '' : ' (may be left out)'}</h4>${this.fields(this.resolve(schema))}` +
      `<pre tabindex="0"><code>${escapeHtml(example)}</code></pre>`
    );
  }

  private answers({ responses }: Operation): string {
    const entries = Object.entries(responses).flatMap(([status, response]) =>
      response && !('$ref' in response) && status !== 'default' ? [{ status, response }] : [],
    );
    const good = entries.filter(({ status }) => status < '400');
    const refusals = entries.filter(({ status }) => status >= '400');
    const goodRows = good.map(({ status, response }) => {
      const [content] = Object.entries(response.content ?? {});
      const shape = content ? this.type(content[1].schema as Schema) : 'without a body';
      const type = content && content[0] !== 'application/json' ? `, <code>${content[0]}</code>` : '';
      return `<dt><code>${status}</code> ${shape}${type}</dt><dd>${escapeHtml(response.description)}</dd>`;
    });
    const codes = refusals.flatMap(({ status, response }) =>
      this.codesOf(response.content?.['application/problem+json']?.schema as Schema | undefined).map(
        ({ code, title, members }) =>
          `<li><code>${status}</code> <a href="/docs/problems#${code}">${code}</a> ${escapeHtml(title)}` +
          `${members.length > 0 ? ` <span class="quiet">Carries ${members.map((name) => `<code>${name}</code>`).join(', ')}.</span>` : ''}</li>`,
      ),
    );
    return `<h4>Answers</h4><dl>${goodRows.join('')}</dl><details><summary>Refusals (${codes.length})</summary><ul class="codes">${codes.join('')}</ul></details>`;
  }

  private codesOf(schema: Schema | undefined): { code: string; title: string; members: string[] }[] {
    const standard = ['type', 'title', 'status', 'code', 'detail', 'instance', 'errors'];
    return (schema?.oneOf ?? (schema ? [schema] : []))
      .map(this.resolve, this)
      .map(({ properties = {}, description = '' }) => ({
        code: String(properties.code?.const),
        title: description,
        members: Object.keys(properties).filter((name) => !standard.includes(name)),
      }));
  }

  private shape(name: string): string {
    const schema = this.schemas[name] as Schema;
    return `<details id="schema-${name}"><summary><code>${name}</code></summary>${schema.description ? `<p>${inline(schema.description)}</p>` : ''}${this.fields(schema)}</details>`;
  }

  private fields(schema: Schema): string {
    if (!schema.properties) return `<p>${this.type(schema)}</p>`;
    const rows = Object.entries(schema.properties).map(([name, part]) =>
      this.field(name, part, schema.required?.includes(name) === true),
    );
    return `<dl>${rows.join('')}</dl>`;
  }

  private field(name: string, schema: Schema, required: boolean, place = ''): string {
    const notes = [place, required ? '' : 'optional', ...bounds(schema)].filter(Boolean).join(', ');
    return (
      `<dt><code>${name}</code> ${this.type(schema)}${notes ? ` <span class="quiet">${escapeHtml(notes)}</span>` : ''}</dt>` +
      `<dd>${schema.description ? inline(schema.description) : ''}</dd>`
    );
  }

  private type(schema: Schema): string {
    const parts = schema.anyOf ?? schema.oneOf;
    if (parts) return parts.map((part) => this.type(part)).join(' or ');
    const name = nameOf(schema);
    if (name !== undefined) return `<a href="#schema-${name}">${name}</a>`;
    if (schema.enum)
      return schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' or ');
    if (schema.items) return `list of ${this.type(schema.items)}`;
    const types = [schema.type ?? 'anything'].flat().join(' or ');
    return escapeHtml(schema.format ? `${types} (${schema.format})` : types);
  }

  private example(given: Schema): unknown {
    const schema = this.resolve(given);
    if (schema.example !== undefined) return schema.example;
    if (schema.default !== undefined) return schema.default;
    if (schema.enum) return schema.enum[0];
    if (schema.items) return [this.example(schema.items)];
    if (schema.properties)
      return Object.fromEntries(
        Object.entries(schema.properties).map(([name, part]) => [name, this.example(part)]),
      );
    const [type] = [schema.type].flat();
    if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
    if (type === 'boolean') return true;
    const byFormat: Record<string, string> = {
      uuid: '0193a1c2-7d3e-7000-8000-000000000000',
      'date-time': '2026-11-27T10:00:00Z',
      email: 'ada@example.org',
      password: 'correct horse battery',
    };
    return byFormat[schema.format ?? ''] ?? 'text';
  }

  private curl({ method, path, operation }: Route): string {
    const address = path.replace('/api/v1', '$API').replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name}`);
    const base = address.startsWith('$API') ? address : `http://localhost:3000${address}`;
    const lines = [`curl${method === 'GET' ? '' : ` -X ${method}`} "${base}"`];
    if (operation.security?.some((scheme) => 'bearer' in scheme))
      lines.push(`-H "authorization: Bearer $TOKEN"`);
    if (operation.security?.some((scheme) => 'refreshCookie' in scheme))
      lines.push('-b cookies.txt -c cookies.txt');
    const headers = (operation.parameters ?? []) as { in: string; name: string }[];
    if (headers.some(({ name }) => name === 'If-Match')) lines.push(`-H 'if-match: "3"'`);
    const { requestBody } = operation;
    if (requestBody && !('$ref' in requestBody)) {
      const body = this.example(requestBody.content['application/json']?.schema as Schema);
      lines.push(`-H 'content-type: application/json'`, `-d '${JSON.stringify(body)}'`);
    }
    return lines.join(' \\\n  ');
  }

  private resolve(schema: Schema): Schema {
    const name = nameOf(schema);
    return name === undefined ? schema : this.resolve(this.schemas[name] as Schema);
  }
}

const nameOf = ({ $ref, allOf }: Schema) => ($ref ?? allOf?.[0]?.$ref)?.split('/').at(-1);

const findable = ({ method, path, operation }: Route) =>
  escapeHtml(`${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase());

function whoMayAsk(operation: Operation & { 'x-roles'?: string[] }): string {
  if (operation['x-roles']) return 'For admins.';
  if (operation.security?.some((scheme) => 'refreshCookie' in scheme)) return 'Takes the refresh cookie.';
  return operation.security?.length === 0 ? 'For everybody.' : 'Needs an access token.';
}

function bounds(schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, default: otherwise } = schema;
  const range = (least: number | undefined, most: number | undefined, unit: string) => {
    if (least === undefined && most === undefined) return [];
    if (least === undefined) return [`at most ${most}${unit}`];
    return [most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`];
  };
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength || undefined, maxLength, ' characters'),
    ...range(minItems, maxItems, ' entries'),
    ...(otherwise !== undefined && otherwise !== '' ? [`${JSON.stringify(otherwise)} if left out`] : []),
  ];
}

/** Shows only the operations whose method, path or summary has the words. Plain, as the browser runs it. */
export const SEARCH_SCRIPT = `
(function () {
  var input = document.querySelector('.find');
  var status = document.querySelector('nav [role=status]');
  var places = document.querySelectorAll('[data-find]');
  // On a phone the contents stand above the text, so they are folded.
  var wide = matchMedia('(min-width: 64rem)').matches;
  function unfold(open) {
    document.querySelectorAll('nav details').forEach(function (part) { part.open = open; });
  }
  unfold(wide);
  input.parentElement.hidden = false;
  input.addEventListener('input', function () {
    var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var found = 0;
    unfold(wide || words.length > 0);
    places.forEach(function (place) {
      var text = place.getAttribute('data-find');
      place.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      if (!place.hidden && place.tagName === 'LI') found++;
    });
    status.textContent = words.length === 0 ? '' : found === 1 ? '1 operation' : found + ' operations';
  });
  function open() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') target.open = true;
  }
  addEventListener('hashchange', open);
  open();
})();
`;
