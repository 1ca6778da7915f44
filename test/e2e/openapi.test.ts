import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { registeredRoutes } from '../support/routes.js';
import { startTestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';

/** The table of routes that clients are promised. */
const PROMISED = `
  POST /auth/register
  POST /auth/login
  POST /auth/refresh
  POST /auth/logout
  PUT /auth/password
  GET /auth/sessions
  DELETE /auth/sessions/{id}
  GET /events
  GET /events/{id}
  POST /purchase/{event_item_id}
  POST /purchase/{order_id}/confirm
  POST /purchase/{order_id}/cancel
  GET /profile
  PUT /profile
  GET /profile/orders
  GET /profile/orders/{id}
  POST /reviews/items/{item_id}
  GET /reviews/items/{item_id}
  GET /reviews/items/{item_id}/summary
  POST /reviews/events/{event_id}/comments
  GET /reviews/events/{event_id}/comments
  POST /reviews/comments/{comment_id}/replies
  POST /admin/events
  PUT /admin/events/{id}
  POST /admin/events/{id}/open
  POST /admin/events/{id}/close
  GET /admin/events/dashboard
  GET /admin/events/dashboard/pace
  GET /admin/events/defaults
  GET /admin/items
  POST /admin/items
  GET /admin/users
  POST /admin/users/{id}/deactivate
  POST /admin/users/{id}/activate
  GET /admin/audit`
  .trim()
  .split(/\s*\n\s*/);

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The name of a parameter is no part of an address. */
const shapeOf = (route: string) => route.replaceAll(/\{[^}]+\}|:[^/]+/g, '{}');

describe('the OpenAPI document', () => {
  const committed = readFileSync('openapi.json', 'utf8');
  const document = JSON.parse(committed) as OpenAPIObject;
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS)
      if (item[method]) operations.set(`${method.toUpperCase()} ${path}`, item[method]);

  it('is committed as the code generates it; "npm run openapi" writes it anew', () => {
    const generated = execFileSync(process.execPath, ['dist/openapi-cli.js'], { encoding: 'utf8' });
    expect(JSON.parse(generated)).toEqual(document);
    expect(generated).toBe(committed);
  });

  it('is a valid OpenAPI 3.1 document', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const problems = await lintFromString({
      source: committed,
      config: await createConfig({
        extends: ['minimal'],
        rules: { 'operation-operationId-unique': 'error' },
      }),
    });
    expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
  });

  it('is refused by that check when it is broken (negative control)', async () => {
    const source = committed.replace('"openapi": "3.1.0"', '"openapi": "3.1.0", "pathz": {}');
    const problems = await lintFromString({ source, config: await createConfig({ extends: ['minimal'] }) });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('pathz')]);
  });

  it('has every promised route', () => {
    const shapes = new Set([...operations.keys()].map(shapeOf));
    const missing = PROMISED.filter((route) => !shapes.has(shapeOf(route.replace(' ', ' /api/v1'))));
    expect(missing).toEqual([]);
  });

  it('has every route that the router has', async () => {
    const server = await startTestApp();
    const routes = registeredRoutes(server.app).filter(
      ({ method, path }) => path.startsWith('/api/v1') && method !== 'HEAD' && method !== 'OPTIONS',
    );
    await server.close();
    const documented = [...operations.keys()].filter((route) => route.includes(' /api/v1')).map(shapeOf);
    expect(routes.map(({ method, path }) => shapeOf(`${method} ${path}`)).sort()).toEqual(documented.sort());
  });

  it('names, describes and files each operation', () => {
    const ids = [...operations.values()].map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [route, { operationId, summary, tags }] of operations) {
      expect([route, operationId]).toEqual([route, expect.stringMatching(/^[a-z][a-zA-Z]+$/)]);
      expect([route, summary]).toEqual([route, expect.stringMatching(/\S/)]);
      expect([route, tags]).toEqual([route, [expect.any(String)]]);
    }
  });

  it('says what each operation answers with, on success and on refusal', () => {
    for (const [route, { responses }] of operations) {
      const statuses = Object.keys(responses);
      expect([route, statuses]).toEqual([
        route,
        expect.arrayContaining([expect.stringMatching(/^2/), 'default']),
      ]);
      for (const [status, response] of Object.entries(responses)) {
        if (!response || '$ref' in response || status.startsWith('3')) continue;
        const types = Object.keys(response.content ?? {});
        if (route.endsWith(' /health/ready') && status === '503') continue;
        if (status === 'default' || status >= '400')
          expect([route, status, types]).toEqual([route, status, ['application/problem+json']]);
        else if (route.endsWith('.csv'))
          expect([route, status, types]).toEqual([route, status, ['text/csv']]);
        else if (status !== '204' && route.includes(' /api/v1'))
          expect([route, status, response.content?.['application/json']?.schema]).toEqual([
            route,
            status,
            expect.objectContaining({ $ref: expect.any(String) }),
          ]);
      }
    }
  });

  it('lets every request that makes something be sent again with its key', () => {
    const creating = [...operations].filter(
      ([route, { responses }]) => route.startsWith('POST') && responses['201'],
    );
    expect(creating.length).toBeGreaterThanOrEqual(7);
    for (const [route, { parameters, responses }] of creating) {
      const names = (parameters ?? []).map((parameter) => '$ref' in parameter || parameter.name);
      expect([route, names]).toEqual([route, expect.arrayContaining(['Idempotency-Key'])]);
      expect([route, responses['201']]).toMatchObject([route, { headers: { 'Idempotency-Replayed': {} } }]);
      expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['422'])]);
    }
  });

  it('says of each parameter and field what it takes', () => {
    const parameters = [...operations].flatMap(([route, operation]) =>
      ((operation.parameters ?? []) as { in: string; name: string; schema: Schema }[]).map((parameter) => ({
        route,
        ...parameter,
      })),
    );
    expect(parameters.length).toBeGreaterThan(50);
    for (const { route, name, schema, in: place } of parameters) {
      expect([route, name, schema.type]).toEqual([
        route,
        name,
        expect.stringMatching(/^(string|integer|boolean|array)$/),
      ]);
      if (place === 'path') expect([route, name, schema.format]).toEqual([route, name, 'uuid']);
    }
    // A number that is not whole says so.
    JSON.stringify(document, (_, node) => {
      if (node?.type === 'number' || (Array.isArray(node?.type) && node.type.includes('number')))
        expect(node).toMatchObject({ format: 'double' });
      return node;
    });
    expect(committed.match(/"format": "double"/g)?.length).toBeGreaterThan(5);
    expect(document.components?.schemas?.Money).toMatchObject({
      properties: { amount: { format: 'int64' } },
    });
  });

  it('is right that bodies take no unknown fields, and which of them may be left out', () => {
    const optional: string[] = [];
    for (const [route, { requestBody }] of operations) {
      if (!requestBody || '$ref' in requestBody) continue;
      const schema = requestBody.content['application/json']?.schema as Schema;
      expect([route, openObjects(document, schema)]).toEqual([route, []]);
      if (!requestBody.required) optional.push(route);
    }
    expect(optional).toEqual(['POST /api/v1/purchase/{eventItemId}']);
  });

  it('names the codes of each refusal, with the members that each carries', () => {
    const refusals = [...operations].flatMap(([route, { responses }]) =>
      Object.entries(responses)
        .filter(([status]) => /^4/.test(status))
        .map(([status, response]) => ({ route, status, schema: JSON.stringify(response) })),
    );
    for (const { route, status, schema } of refusals)
      expect([route, status, schema]).toEqual([route, status, expect.stringMatching(/schemas\/\w+Problem"/)]);
    const limited = refusals.filter(({ status }) => status === '429');
    expect(limited.length).toBeGreaterThan(7);
    for (const { schema } of limited) expect(schema).toContain('Retry-After');
    expect(document.components?.schemas).toMatchObject({
      SoldOutProblem: {
        properties: {
          code: { const: 'SOLD_OUT' },
          status: { const: 409 },
          stockRemaining: { type: 'integer' },
        },
      },
      OrderNotReservedProblem: { required: expect.arrayContaining(['order']) },
    });
  });

  it('is right that no field of a body may be null, unless it says so', async () => {
    const server = await startTestApp();
    const { token } = await createAdmin(server);
    let fields = 0;
    for (const [route, { requestBody }] of operations) {
      if (!requestBody || '$ref' in requestBody) continue;
      const [method, path] = route.split(' ') as [string, string];
      const nulls = withNulls(document, requestBody.content['application/json']?.schema as Schema);
      const response = await fetch(server.url + path.replaceAll(/\{[^}]+\}/g, () => randomUUID()), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(nulls.body),
      });
      const { errors } = (await response.json()) as { errors?: { field: string }[] };
      expect([route, errors?.map(({ field }) => field).toSorted()]).toEqual([
        route,
        nulls.refused.toSorted(),
      ]);
      fields += nulls.refused.length;
    }
    await server.close();
    expect(fields).toBeGreaterThan(20);
  });

  it('has a guide whose commands run as written', async () => {
    const server = await startTestApp();
    const guide = document.info.description ?? '';
    const commands = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('\necho\n');
    const output = await run(commands.replace('http://localhost:3000', server.url));
    await server.close();
    const [registered, profile] = output.trim().split('\n');
    expect(JSON.parse(registered ?? '')).toMatchObject({ accessToken: expect.any(String) });
    expect(JSON.parse(profile ?? '')).toMatchObject({ email: 'you@example.org' });
  });

  it('has a page whose commands send what the document allows', async () => {
    const server = await startTestApp({ LAB_ENDPOINTS: 'on' });
    const { token } = await createAdmin(server);
    const { text } = await server.http.get('/docs').expect(200);
    const commands = [...text.matchAll(/<code>(curl .*?)<\/code>/gs)].map(([, command]) =>
      (command ?? '')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&')
        .replaceAll('http://localhost:3000', server.url),
    );
    expect(commands).toHaveLength(operations.size);
    const ids = [...new Set(committed.match(/(?<=\{)[a-z]\w*(?=\})/gi))].map(
      (name) => `${name}=${randomUUID()}`,
    );
    // Last, what ends the session that the others use.
    const ending = /auth\/(logout|password)/;
    const ordered = commands.toSorted((a, b) => Number(ending.test(a)) - Number(ending.test(b)));
    const output = await run(
      [
        `API=${server.url}/api/v1`,
        `TOKEN=${token}`,
        ...ids,
        ...ordered.map((command) => `${command} -s\necho`),
      ].join('\n'),
    );
    await server.close();
    for (const code of [
      'VALIDATION_FAILED',
      'MALFORMED_JSON',
      'INVALID_ID',
      'BAD_REQUEST',
      'UNAUTHENTICATED',
    ])
      expect(output.split('\n').filter((line) => line.includes(`"${code}"`))).toEqual([]);
  });

  it('asks for a token wherever one is needed', () => {
    for (const [route, { security, responses }] of operations)
      if (security?.length !== 0) expect([route, '401' in responses]).toEqual([route, true]);
    const other = [...operations].filter(
      ([, { security }]) =>
        JSON.stringify(security) !== '[]' && JSON.stringify(security) !== '[{"bearer":[]}]',
    );
    expect(other.map(([route, { security }]) => [route, security])).toEqual([
      ['POST /api/v1/auth/refresh', [{ refreshCookie: [] }]],
      ['POST /api/v1/auth/logout', [{ bearer: [] }, { refreshCookie: [] }]],
    ]);
    expect(operations.get('GET /api/v1/events')?.security).toEqual([]);
    expect(operations.get('POST /api/v1/admin/events')).toMatchObject({ 'x-roles': ['admin'] });
  });
});

/** Runs commands as a reader would paste them, in a folder of their own. */
async function run(commands: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swiftdrop-guide-'));
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { cwd: folder });
  await rm(folder, { recursive: true });
  return stdout;
}

/** The schemas of this shape that let unknown fields pass. */
function openObjects(document: OpenAPIObject, schema: Schema): Schema[] {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  if (name !== undefined) return openObjects(document, document.components?.schemas?.[name] as Schema);
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  const isOpen = schema.type === 'object' && schema.additionalProperties !== false;
  return [...(isOpen ? [schema] : []), ...parts.flatMap((part) => openObjects(document, part))];
}

interface Schema {
  format?: string;
  additionalProperties?: unknown;
  $ref?: string;
  allOf?: Schema[];
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** A body of this shape in which every field is null, and the fields that may not be. */
function withNulls(
  document: OpenAPIObject,
  schema: Schema,
  field = '',
): { body: unknown; refused: string[] } {
  const { $ref, allOf, type, properties, items } = schema;
  const name = ($ref ?? allOf?.[0]?.$ref)?.split('/').at(-1);
  if (name !== undefined) return withNulls(document, document.components?.schemas?.[name] as Schema, field);
  if (items) {
    const { body, refused } = withNulls(document, items, `${field}.0`);
    return { body: [body], refused };
  }
  if (!properties) return { body: null, refused: [type].flat().includes('null') ? [] : [field] };
  const parts = Object.entries(properties).map(
    ([key, part]) => [key, withNulls(document, part, field === '' ? key : `${field}.${key}`)] as const,
  );
  return {
    body: Object.fromEntries(parts.map(([key, { body }]) => [key, body])),
    refused: parts.flatMap(([, { refused }]) => refused),
  };
}
