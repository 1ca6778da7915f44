import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Problem } from './problem.response.js';
import { addConventions } from './openapi/conventions.js';

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
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The access token that registering, logging in or refreshing answered with.',
    })
    .addCookieAuth(
      'swiftdrop_refresh',
      {
        type: 'apiKey',
        in: 'cookie',
        description: 'The refresh token. Browsers keep it; no script can read it.',
      },
      'refreshCookie',
    )
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [Problem],
  });
  addConventions(document);
  return document;
}

/** The reference page at /docs and the document at /openapi.json, from our own assets. */
export function serveApiReference(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
}
