import { randomUUID } from 'node:crypto';
import { isEmail } from 'class-validator';
import fc from 'fast-check';
import { Contract, type DocumentedOperation } from '../support/contract.js';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, type TestUser } from '../support/users.js';

/**
 * Goal: the document is true of every operation, whatever is sent. Method: for each operation, requests are
 * generated from its own parameters and schemas, valid ones and ones with one thing wrong, by nobody, a shopper
 * and an admin. Each answer is held against the document (status, headers, type, schema, code). A valid request
 * is never refused as malformed, one with a fault never carried out, and nothing ends in a 5xx. The seed is
 * fixed; FUZZ_SEED, FUZZ_RUNS and FUZZ_SECONDS search elsewhere and longer: on a busy machine each operation is asked
 * fewer times, at least once as valid and once as not.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_127);
const RUNS = Number(process.env.FUZZ_RUNS ?? 12);
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 15);

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: Schema;
}

interface Input {
  path: Record<string, string>;
  query: Record<string, unknown>;
  header: Record<string, string>;
  body?: unknown;
}

/** What says that the request itself is at fault. */
const MALFORMED = [
  'VALIDATION_FAILED',
  'INVALID_ID',
  'MALFORMED_JSON',
  'BAD_REQUEST',
  'IDEMPOTENCY_KEY_INVALID',
];

const contract = new Contract();
const schemas = contract.document.components?.schemas as Record<string, Schema>;

const resolve = (schema: Schema): Schema => {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  return name === undefined ? schema : resolve(schemas[name] as Schema);
};

/** Values that the schema allows. */
function valid(given: Schema, ids: string[]): fc.Arbitrary<unknown> {
  const schema = resolve(given);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch ([schema.type].flat()[0]) {
    case 'integer': {
      const { minimum: min = 0, maximum: max = 1_000_000 } = schema;
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, 2 ** 31 - 1) }));
    }
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const { minItems: minLength = 0, maxItems = 4 } = schema;
      return fc.array(valid(schema.items as Schema, ids), { minLength, maxLength: Math.min(maxItems, 4) });
    }
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, part]) => [name, valid(part, ids)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
    }
    default:
      return text(schema, ids);
  }
}

function text(schema: Schema, ids: string[]): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, fc.uuid());
  if (schema.format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (schema.format === 'email')
    return fc
      .emailAddress()
      .filter((address) => isEmail(address) && address.length <= (schema.maxLength ?? 254));
  const { minLength = 0, maxLength = 2_000, pattern } = schema;
  if (pattern === '^[A-Z]{3}$') return fc.constantFrom('USD', 'JPY', 'KWD');
  const fits = (value: string) =>
    [...value].length >= minLength &&
    [...value].length <= maxLength &&
    (pattern === undefined || new RegExp(pattern).test(value));
  const words = fc.string({
    minLength,
    maxLength: Math.min(maxLength, minLength + 40),
    unit: schema.format === 'password' ? 'grapheme-ascii' : 'grapheme',
  });
  const longest = fc.constant('x'.repeat(maxLength));
  if (pattern?.includes('https'))
    return fc
      .oneof(
        fc.webUrl({ validSchemes: ['https'] }),
        fc.webPath().map((path) => `/images${path}`),
      )
      .filter(fits);
  // Patterns of letters only are built, the others (all but control characters) are what most words match.
  if (pattern !== undefined && !pattern.includes('\\u'))
    return fc.stringMatching(new RegExp(pattern)).filter(fits);
  return fc.oneof({ weight: 9, arbitrary: words }, { weight: 1, arbitrary: longest }).filter(fits);
}

/** One thing that the schema does not allow in place of a value. */
function wrong(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolve(given);
  const [type] = [schema.type].flat();
  const others: unknown[] = [
    [[]],
    { nested: { deeply: [1, null] } },
    true,
    ...([schema.type].flat().includes('null') ? [] : [null]),
  ];
  if (type === 'integer')
    return fc.constantFrom(
      ...others,
      'seven',
      1.5,
      (schema.minimum ?? 0) - 1,
      (schema.maximum ?? 2 ** 53) + 1,
      1e300,
    );
  if (type === 'boolean') return fc.constantFrom('yes', 1, ...others.filter((other) => other !== true));
  if (type === 'array')
    return fc.constantFrom(
      {},
      'x',
      7,
      Array.from({ length: 60 }, () => ({})),
      [null],
      [[]],
    );
  if (type === 'object') return fc.constantFrom([], 'x', 7, true, { surplus: 1 });
  const strings = [
    ...((schema.format ?? schema.enum ?? schema.pattern) ? ['\u0000', '\ud800\u0001', '\u202e'] : []),
    ...(schema.format === 'uuid' || schema.format === 'date-time' || schema.enum
      ? ['', 'x', "' OR 1=1 --", '${7*7}']
      : []),
    ...(schema.minLength ? [''] : []),
    ...(schema.maxLength ? ['x'.repeat(schema.maxLength + 1)] : []),
  ];
  return fc.constantFrom(...others, 7, ...strings);
}

function parametersOf(operation: DocumentedOperation): Parameter[] {
  return (operation.parameters ?? []) as Parameter[];
}

function bodySchemaOf({ requestBody }: DocumentedOperation): Schema | undefined {
  if (!requestBody || '$ref' in requestBody) return undefined;
  return requestBody.content['application/json']?.schema as Schema;
}

function validInput(operation: DocumentedOperation, ids: string[]): fc.Arbitrary<Input> {
  const place = (name: Parameter['in']) => {
    const parameters = parametersOf(operation).filter((parameter) => parameter.in === name);
    return fc.record(
      Object.fromEntries(parameters.map(({ name: key, schema }) => [key, valid(schema, ids)])),
      { requiredKeys: parameters.filter(({ required }) => required).map(({ name: key }) => key) },
    );
  };
  const body = bodySchemaOf(operation);
  return fc.record({
    path: place('path') as fc.Arbitrary<Record<string, string>>,
    query: place('query') as fc.Arbitrary<Record<string, unknown>>,
    header: place('header') as fc.Arbitrary<Record<string, string>>,
    ...(body && { body: valid(body, ids) }),
  });
}

/** A valid input with one thing wrong. */
function invalidInput(operation: DocumentedOperation, ids: string[]): fc.Arbitrary<Input> | undefined {
  const faults: fc.Arbitrary<(input: Input) => Input>[] = [];
  for (const { in: place, name, schema } of parametersOf(operation)) {
    if (place === 'path')
      faults.push(
        fc
          .constantFrom(
            'x',
            '%00',
            '..%2f',
            '0',
            '%F0%9F%92%A5',
            'x'.repeat(199),
            'x'.repeat(300),
            `${ids[0]}x`,
          )
          .map((value) => (input) => ({ ...input, path: { ...input.path, [name]: value } })),
      );
    if (
      place === 'query' &&
      (schema.type === 'integer' ||
        ['array', 'boolean'].includes(schema.type as string) ||
        schema.format === 'uuid' ||
        schema.enum)
    )
      faults.push(
        fc
          .constantFrom('seven', '-1', '1e9', '\u0000', '', 'x'.repeat(3_000))
          .map((value) => (input) => ({ ...input, query: { ...input.query, [name]: value } })),
      );
  }
  if (parametersOf(operation).some((parameter) => parameter.in === 'query'))
    faults.push(fc.constant((input) => ({ ...input, query: { ...input.query, surplus: 'x' } })));
  const body = bodySchemaOf(operation);
  if (body) {
    const { properties = {}, required = [] } = resolve(body);
    const change = (alter: (body: Record<string, unknown>) => unknown) => (input: Input) => ({
      ...input,
      body: alter({ ...(input.body as object) }),
    });
    faults.push(fc.constantFrom([], 'text', 7, true).map((value) => change(() => value)));
    faults.push(
      fc
        .constantFrom('surplus', '__proto__x', 'id')
        .map((name) => change((given) => ({ ...given, [name]: 1 }))),
    );
    for (const name of required) faults.push(fc.constant(change(({ [name]: _, ...rest }) => rest)));
    for (const [name, schema] of Object.entries(properties))
      faults.push(wrong(schema).map((value) => change((given) => ({ ...given, [name]: value }))));
  }
  if (faults.length === 0) return undefined;
  return fc.tuple(validInput(operation, ids), fc.oneof(...faults)).map(([input, spoil]) => spoil(input));
}

describe('the API, asked at random', () => {
  let server: TestApp;
  let ids: string[];
  let until: number;
  let wasCutShort = false;
  let checksLeft = 2 * contract.operations.length;
  const seen = { operations: new Set<string>(), statuses: new Set<string>(), requests: 0 };

  beforeAll(async () => {
    server = await startTestApp({ LAB_ENDPOINTS: 'on' });
    const live = await createDrop(server.database.pool, { stocks: [100_000], perUserLimit: 100 });
    const locked = await createDrop(server.database.pool, {
      status: 'locked',
      startsIn: 3_600,
      endsIn: 7_200,
    });
    const [shopper] = await bulkUsers(server, 1);
    const as = { authorization: `Bearer ${shopper?.token}` };
    const { body: bought } = await server.http.post(`/api/v1/purchase/${live.itemId}`).set(as).expect(201);
    await server.http.post(`/api/v1/purchase/${bought.order.id}/confirm`).set(as).expect(200);
    const { body: event } = await server.http.get(`/api/v1/events/${live.eventId}`).expect(200);
    const catalogId = event.items[0].itemId as string;
    const { body: review } = await server.http
      .post(`/api/v1/reviews/items/${catalogId}`)
      .set(as)
      .send({ rating: 4 })
      .expect(201);
    const { body: comment } = await server.http
      .post(`/api/v1/reviews/events/${live.eventId}/comments`)
      .set(as)
      .send({ text: 'Nice.' })
      .expect(201);
    ids = [
      live.eventId,
      locked.eventId,
      live.itemId,
      catalogId,
      bought.order.id,
      review.id,
      comment.id,
      shopper?.id as string,
    ];
    until = Date.now() + SECONDS * 1_000;
  });
  afterAll(() => server.close());

  async function send(operation: DocumentedOperation, input: Input, user: TestUser | undefined) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => input.path[name] as string);
    const url = new URL(path, server.url);
    for (const [name, value] of Object.entries(input.query))
      for (const one of [value].flat()) url.searchParams.append(name, String(one));
    const response = await fetch(url, {
      method: operation.method,
      headers: {
        ...input.header,
        ...(input.body !== undefined && { 'content-type': 'application/json' }),
        ...(user && { authorization: `Bearer ${user.token}` }),
      },
      body: input.body === undefined ? undefined : JSON.stringify(input.body),
    });
    const body = await response.text();
    seen.requests++;
    seen.operations.add(`${operation.method} ${operation.path}`);
    seen.statuses.add(`${operation.method} ${operation.path} ${response.status}`);
    const fault = contract.faultOf({
      method: operation.method,
      url: path,
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body,
    });
    if (fault !== undefined) throw new Error(fault);
    if (response.status >= 500) throw new Error(`${response.status}: ${body}`);
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
    return { status: response.status, code: isProblem ? (JSON.parse(body).code as string) : undefined, body };
  }

  describe.each(
    contract.operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const),
  )('%s', (_, operation) => {
    // Each run has users of its own: an operation may end their session or their account.
    const users = async () => [
      undefined,
      ...(await bulkUsers(server, RUNS)),
      ...(await bulkUsers(server, RUNS, 'admin')),
    ];
    const check = async (
      inputs: fc.Arbitrary<Input>,
      hold: (answer: Awaited<ReturnType<typeof send>>) => void,
    ) => {
      const senders = await users();
      // Each check has an equal share of the time that is left.
      const now = Date.now();
      const ends = now + Math.max(0, until - now) / checksLeft--;
      let asked = 0;
      await fc.assert(
        fc.asyncProperty(inputs, fc.nat(senders.length - 1), async (input, index) => {
          if (asked++ > 0 && Date.now() > ends) {
            wasCutShort = true;
            return;
          }
          hold(await send(operation, input, senders[index]));
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: true },
      );
    };

    it('takes what the document allows', async () => {
      await check(validInput(operation, ids), ({ code, body }) => {
        // The one rule between two parameters, which no schema tells.
        if (MALFORMED.includes(code ?? '') && !body.includes('to must be after from'))
          throw new Error(`Refused, though the document allows it: ${body}`);
      });
    });

    it('refuses what the document does not allow', async () => {
      const inputs = invalidInput(operation, ids);
      // Where there is nothing to say, there is nothing to say wrong.
      if (!inputs) return;
      await check(inputs, ({ status, body }) => {
        if (status < 400)
          throw new Error(`Carried out, though the document does not allow it: ${status} ${body}`);
      });
    });
  });

  it('refuses bodies that are not JSON', async () => {
    const [admin] = await bulkUsers(server, 1, 'admin');
    for (const operation of contract.operations.filter(({ method }) => method !== 'GET')) {
      const path = operation.path.replaceAll(/\{\w+\}/g, () => randomUUID());
      for (const [type, body] of [
        ['application/json', '{"a":'],
        ['application/json', '{"__proto__":{"a":1}}'],
        ['text/plain', 'x'],
        ['application/xml', '<x/>'],
      ] as const) {
        const response = await fetch(new URL(path, server.url), {
          method: operation.method,
          headers: { 'content-type': type, authorization: `Bearer ${admin?.token}` },
          body,
        });
        const fault = contract.faultOf({
          method: operation.method,
          url: path,
          status: response.status,
          header: (name) => response.headers.get(name) ?? undefined,
          body: await response.text(),
        });
        expect(fault).toBeUndefined();
        expect([400, 415]).toContain(response.status);
      }
    }
  });

  it('would be caught at what the document does not say (negative control)', () => {
    const answer = {
      method: 'GET',
      url: '/api/v1/time',
      status: 200,
      header: (name: string) => (name === 'content-type' ? 'application/json; charset=utf-8' : 'x'),
      body: '{"serverTime":"2026-11-27T10:00:00Z"}',
    };
    const problem = (status: number, code: string, more = {}) => ({
      ...answer,
      status,
      header: (name: string) => (name === 'content-type' ? 'application/problem+json' : 'x'),
      body: JSON.stringify({ type: 'x', title: 'x', status, code, instance: '/api/v1/time', ...more }),
    });
    expect(contract.faultOf(answer)).toBeUndefined();
    expect(contract.faultOf(problem(503, 'DATABASE_UNAVAILABLE'))).toBeUndefined();
    for (const faulty of [
      { ...answer, body: '{"serverTime":7}' },
      { ...answer, body: '{"serverTime":"2026-11-27T10:00:00Z","more":1}' },
      { ...answer, status: 201 },
      { ...answer, header: () => 'text/html' },
      { ...answer, header: (name: string) => (name === 'content-type' ? 'application/json' : undefined) },
      problem(409, 'SOLD_OUT'),
      problem(503, 'REVIEWS_UNAVAILABLE'),
      problem(503, 'DATABASE_UNAVAILABLE', { surplus: 1 }),
    ])
      expect(contract.faultOf(faulty)).toEqual(expect.stringContaining('GET /api/v1/time'));
  });

  it('has asked every operation, and been answered with more than refusals', () => {
    expect(seen.operations.size).toBe(contract.operations.length);
    const succeeded = new Set(
      [...seen.statuses].filter((line) => / 2\d\d$/.test(line)).map((line) => line.slice(0, -4)),
    );
    const never = [...seen.operations].filter((operation) => !succeeded.has(operation));
    // Whoever was asked a few times only may have been asked by nobody each time.
    if (!wasCutShort) expect([never.length < seen.operations.size * 0.7, never]).toEqual([true, never]);
  });
});
