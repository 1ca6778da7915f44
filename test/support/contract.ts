import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface Answer {
  method: string;
  /** Path and query as they were asked for. */
  url: string;
  status: number;
  header(name: string): string | undefined;
  body: string;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

export interface DocumentedOperation extends Operation {
  method: string;
  /** The template, such as `/api/v1/events/{id}`. */
  path: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The committed document, as a check of answers. */
export class Contract {
  readonly document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
  readonly operations: DocumentedOperation[] = [];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false });
  private readonly patterns: { pattern: RegExp; operation: DocumentedOperation }[];

  constructor() {
    formats.default(this.ajv);
    // What is not described is a fault here, though clients must put up with it.
    const strict = JSON.parse(JSON.stringify(this.document), (_, node) =>
      node?.type === 'object' && node.properties && node.additionalProperties === undefined
        ? { ...node, additionalProperties: false }
        : node,
    );
    this.ajv.addSchema(strict, 'openapi');
    for (const [path, item] of Object.entries(this.document.paths))
      for (const method of METHODS) {
        const operation = item[method];
        if (operation) this.operations.push({ ...operation, method: method.toUpperCase(), path });
      }
    const parameters = ({ path }: { path: string }) => path.split('{').length;
    // With a longer parameter it is another address, which nobody answers.
    this.patterns = this.operations
      .toSorted((a, b) => parameters(a) - parameters(b))
      .map((operation) => ({
        pattern: new RegExp(
          `^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]{1,200}')}$`,
        ),
        operation,
      }));
  }

  /** What the document does not say of this answer; undefined if all is as it says, or the address is not in it. */
  faultOf(answer: Answer): string | undefined {
    const path = answer.url.split('?', 1)[0] as string;
    const operation = this.patterns.find(
      ({ pattern, operation: { method } }) => method === answer.method && pattern.test(path),
    )?.operation;
    if (!operation) return undefined;
    const say = (fault: string) =>
      `${operation.method} ${operation.path} ${answer.status}: ${fault}: ${answer.body.slice(0, 500)}`;

    const status = operation.responses[answer.status] ? String(answer.status) : 'default';
    const response = operation.responses[status];
    if (!response || '$ref' in response) return say('not documented');
    if (status === 'default' && (answer.status < 400 || !isRefusedEarly(answer.body)))
      return say('a status that is not documented');

    for (const [name, described] of Object.entries(response.headers ?? {})) {
      const reference = '$ref' in described ? described.$ref.split('/').at(-1) : undefined;
      const header = reference ? this.document.components?.headers?.[reference] : described;
      if (header && 'required' in header && header.required && answer.header(name) === undefined)
        return say(`no header ${name}`);
    }
    const types = Object.keys(response.content ?? {});
    const type = answer.header('content-type')?.split(';', 1)[0];
    if (types.length === 0) return answer.body === '' ? undefined : say('a body');
    if (type === undefined || !types.includes(type)) return say(`the content type ${type}`);
    if (!type.endsWith('json')) return undefined;

    const pointer = [
      'paths',
      operation.path,
      operation.method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
    ];
    const escaped = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
    const validate = this.ajv.getSchema(`openapi#/${escaped.join('/')}/schema`);
    if (!validate) return say('no schema');
    if (validate(JSON.parse(answer.body))) return undefined;
    return say(this.ajv.errorsText(validate.errors?.slice(0, 3)));
  }
}

/** Refused before a route is asked, so the same everywhere: what the document calls `default`. */
function isRefusedEarly(body: string): boolean {
  const { code } = JSON.parse(body) as { code?: string };
  return [
    'ROUTE_NOT_FOUND',
    'METHOD_NOT_ALLOWED',
    'REQUEST_TIMEOUT',
    'EXPECTATION_FAILED',
    'HEADERS_TOO_LARGE',
    'INTERNAL_ERROR',
  ].includes(code ?? '');
}

let contract: Contract | undefined;

/**
 * Holds every answer that `app` gives against the document, whatever test asks for it. Returns the faults, which
 * grow as it answers.
 */
export function watchContract(app: NestFastifyApplication): Set<string> {
  const known = (contract ??= new Contract());
  const faults = new Set<string>();
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (request, reply, payload) => {
      if (payload !== undefined && payload !== null && typeof payload !== 'string') return payload;
      const fault = known.faultOf({
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        header: (name) => reply.getHeader(name)?.toString(),
        body: (payload as string | null | undefined) ?? '',
      });
      if (fault !== undefined) faults.add(fault);
      return payload;
    });
  return faults;
}
