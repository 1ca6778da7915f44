import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Problem } from './problem.response.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = Exclude<Operation['responses'][string], { $ref: string } | undefined>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const PROBLEM_CONTENT = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

/** The OpenAPI 3.1 document, generated from the controllers. Works in Nest's preview mode too. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('SwiftDrop')
    .setDescription(
      'Flash sales that never oversell. Errors are RFC 9457 problem documents with a stable `code`; ' +
        'lists are `{ data, nextCursor }`; money is integer minor units with a currency; times are RFC 3339 UTC.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [Problem],
  });
  for (const path of Object.values(document.paths))
    for (const method of METHODS) if (path[method]) addConventions(path[method]);
  return document;
}

/** The reference page at /docs and the document at /openapi.json, from our own assets. */
export function serveApiReference(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
}

/** Writes into an operation what holds for all of them, so that no controller has to repeat it. */
function addConventions(operation: Operation): void {
  const extensions = operation as Operation & { 'x-public'?: true; 'x-roles'?: string[] };
  const isPublic = extensions['x-public'] === true;
  delete extensions['x-public'];
  operation.security = isPublic ? [] : [{ bearer: [] }];

  for (const [status, response] of Object.entries(operation.responses))
    if (status >= '400' && response && !('$ref' in response)) response.content = PROBLEM_CONTENT;

  const takesInput = operation.requestBody !== undefined || (operation.parameters ?? []).length > 0;
  const usual: [status: string, applies: boolean, description: string][] = [
    ['400', takesInput, 'A field, an id or the body is malformed.'],
    ['401', !isPublic, 'No valid access token.'],
    ['403', extensions['x-roles'] !== undefined, 'The token lacks the role.'],
    ['default', true, 'Any other refusal.'],
  ];
  for (const [status, applies, description] of usual)
    if (applies && !operation.responses[status])
      operation.responses[status] = { description, content: PROBLEM_CONTENT } satisfies Response;
}
