import type { OpenAPIObject } from '@nestjs/swagger';
import {
  codesIn,
  definitionOf,
  problemContent,
  problemDescription,
  problemSchema,
  schemaNameOf,
  statusOf,
} from './problems.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = Exclude<Operation['responses'][string], { $ref: string } | undefined>;
type Parameter = Exclude<NonNullable<Operation['parameters']>[number], { $ref: string }>;
type Json = { [key: string]: Json } | Json[] | string | number | boolean | null | undefined;

/** What the decorators leave on an operation. */
interface Marks {
  'x-public'?: true;
  'x-roles'?: string[];
  'x-rate-limit'?: string;
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const PRESENT: Record<string, string> = {
  '200': 'Done.',
  '201': 'Made.',
  '204': 'Done; there is nothing to tell.',
};

/** Headers that answers carry, by the rules in `addHeaders`; those that are required are there each time. */
const HEADERS = {
  'X-Request-Id': {
    description: 'Names the request in our logs.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate.',
    required: true,
    schema: { type: 'string', const: 'Bearer' },
  },
  'RateLimit-Limit': { description: 'Requests of this kind in a minute.', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'How many of them are left.', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until all of them are back.', schema: { type: 'integer' } },
  'Idempotency-Replayed': {
    description: 'There, and `true`, when this is the answer to an earlier request with the same key.',
    schema: { type: 'string', const: 'true' },
  },
  'Set-Cookie': { description: 'Sets, renews or clears the refresh cookie.', schema: { type: 'string' } },
} as const;

/**
 * Writes into the document what holds for all operations, so that no controller has to repeat it. The rules stand
 * below, one function each; what a rule cannot know, a decorator on the route says.
 */
export function addConventions(document: OpenAPIObject): void {
  const codes = new Set<string>();
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = item[method] as (Operation & Marks) | undefined;
      if (!operation) continue;
      describeParameters(operation);
      for (const code of addRefusals(operation, method, path)) codes.add(code);
      addHeaders(operation);
      addSecurity(operation);
    }
  const components = (document.components ??= {});
  components.headers = HEADERS as unknown as typeof components.headers;
  components.schemas = { ...components.schemas };
  for (const code of [...codes].sort()) components.schemas[schemaNameOf(code)] = problemSchema(code);
  closeRequests(document);
  correctNumbers(document as unknown as Json);
}

/** Ids in paths are UUIDs; the two headers that we read have one format. */
function describeParameters(operation: Operation): void {
  for (const parameter of (operation.parameters ?? []) as Parameter[]) {
    if (parameter.in === 'path') parameter.schema = { type: 'string', format: 'uuid' };
    if (parameter.name === 'Idempotency-Key')
      parameter.schema = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' };
    if (parameter.name === 'If-Match')
      parameter.schema = { type: 'string', pattern: '^"\\d{1,9}"$', example: '"3"' };
  }
}

/** Lists, for each status that refuses, the codes that the route names and those that follow from its shape. */
function addRefusals(operation: Operation & Marks, method: string, path: string): string[] {
  const byStatus = new Map<string, Set<string>>();
  const add = (code: string) => {
    const status = statusOf(code);
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  };
  for (const [status, response] of Object.entries(operation.responses) as [string, Response][]) {
    if (status < '400') {
      response.description ||= PRESENT[status] ?? '';
      continue;
    }
    // Readiness tells of an outage in a document of its own.
    if (response.content) continue;
    const named = codesIn(response.description, status);
    if (named.length === 0) throw new Error(`${method} ${path} names no code for ${status}`);
    named.forEach(add);
  }
  impliedCodes(operation, method, path).forEach(add);
  for (const [status, codes] of byStatus) {
    const waits = [...codes].filter((code) => definitionOf(code).saysWhen);
    operation.responses[status] = {
      description: problemDescription([...codes]),
      content: problemContent([...codes]),
      ...(waits.length > 0 && {
        headers: {
          'Retry-After': {
            description: `Seconds to wait, with ${waits.join(', ')}.`,
            schema: { type: 'integer', minimum: 0 },
          },
        },
      }),
    } as Response;
  }
  operation.responses.default = {
    description: 'Refused before it reached the route: see *Everywhere* in the list of problems.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return [...byStatus.values()].flatMap((codes) => [...codes]);
}

function impliedCodes(operation: Operation & Marks, method: string, path: string): string[] {
  const parameters = (operation.parameters ?? []) as Parameter[];
  const has = (place: string, name?: string) =>
    parameters.some((parameter) => parameter.in === place && (name === undefined || parameter.name === name));
  const needsToken = !operation['x-public'];
  const rules: [applies: boolean, ...codes: string[]][] = [
    [true, 'BAD_REQUEST'],
    [has('query') || operation.requestBody !== undefined, 'VALIDATION_FAILED'],
    // The router knows no address with an id of more than 200 characters.
    [has('path'), 'INVALID_ID', 'ROUTE_NOT_FOUND'],
    [has('query', 'cursor'), 'INVALID_CURSOR'],
    [method !== 'get', 'MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
    [needsToken, 'UNAUTHENTICATED', 'SESSION_ENDED', 'AUTH_UNAVAILABLE'],
    [operation['x-roles'] !== undefined, 'FORBIDDEN'],
    [has('header', 'Idempotency-Key'), 'IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_KEY_REUSED'],
    [operation['x-rate-limit'] !== undefined, 'RATE_LIMITED'],
    [path.startsWith('/api/'), 'DATABASE_UNAVAILABLE', 'SERVICE_UNAVAILABLE'],
  ];
  return rules.flatMap(([applies, ...codes]) => (applies ? codes : []));
}

function addHeaders(operation: Operation & Marks): void {
  const isLimited = operation['x-rate-limit'] !== undefined;
  const setsCookie =
    JSON.stringify(operation.responses).includes('/AuthenticationResponse"') ||
    operation.security?.some((scheme) => 'refreshCookie' in scheme);
  const isReplayed = ((operation.parameters ?? []) as Parameter[]).some(
    ({ name }) => name === 'Idempotency-Key',
  );
  for (const [status, response] of Object.entries(operation.responses) as [string, Response][]) {
    const names: (keyof typeof HEADERS)[] = ['X-Request-Id'];
    if (status === '401') names.push('WWW-Authenticate');
    if (status === '429' || (status === '503' && response.content?.['application/problem+json']))
      names.push('Retry-After');
    // A request that is refused before it is counted has none of these.
    if (isLimited && (status === '429' || status < '400'))
      names.push('RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset');
    if (setsCookie && status < '400') names.push('Set-Cookie');
    if (isReplayed && status < '400') names.push('Idempotency-Replayed');
    const common = names.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
    response.headers = { ...response.headers, ...Object.fromEntries(common) };
  }
}

function addSecurity(operation: Operation & Marks): void {
  const isPublic = operation['x-public'] === true;
  delete operation['x-public'];
  // What a public route names by itself (the refresh cookie) stays.
  operation.security = isPublic ? (operation.security ?? []) : [{ bearer: [] }];
}

/** Request bodies take no unknown fields, and one in which nothing is needed may be left out. */
function closeRequests(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, { [key: string]: Json }>;
  const seen = new Set<string>();
  const close = (node: Json): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach(close);
    const name = typeof node.$ref === 'string' ? node.$ref.split('/').at(-1) : undefined;
    if (name !== undefined && !seen.has(name)) {
      seen.add(name);
      close(schemas[name]);
    }
    if (node.properties && node.additionalProperties === undefined) node.additionalProperties = false;
    Object.values(node).forEach(close);
  };
  for (const item of Object.values(document.paths))
    for (const method of METHODS) {
      const body = item[method]?.requestBody;
      if (!body || '$ref' in body) continue;
      const schema = body.content['application/json']?.schema as { $ref?: string } | undefined;
      close(schema as Json);
      const required = schemas[schema?.$ref?.split('/').at(-1) ?? '']?.required as unknown[] | undefined;
      body.required = (required ?? []).length > 0;
    }
}

/**
 * TypeScript knows `number` only. Here a number is an integer, unless its decorator gives it a format (`double`); one
 * that may pass 2^31 is said to.
 */
function correctNumbers(node: Json): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) {
    if (node.format === undefined) {
      if (node.type === 'number') node.type = 'integer';
      else if (Array.isArray(node.type))
        node.type = node.type.map((type) => (type === 'number' ? 'integer' : type));
      if (node.type === 'integer' && Number(node.maximum) > 2 ** 31) node.format = 'int64';
    }
  }
  Object.values(node).forEach(correctNumbers);
}
