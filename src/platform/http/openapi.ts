import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Problem } from './problem.response.js';
import type { FastifyInstance } from 'fastify';
import { serveDocumentStyle } from './document-page.js';
import { addConventions } from './openapi/conventions.js';
import { renderReference, SEARCH_SCRIPT } from './openapi/reference-page.js';

/** How to log in, conventions, errors, the realtime protocol. */
const GUIDE = new URL('../../../docs/api.md', import.meta.url);

/** The OpenAPI 3.1 document, generated from the controllers. Works in Nest's preview mode too. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('SwiftDrop')
    .setDescription(readFileSync(GUIDE, 'utf8'))
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

/** The reference page at /docs and the document at /openapi.json. Both are made when first asked for, and kept. */
export function serveApiReference(app: NestFastifyApplication): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  let made: { document: OpenAPIObject; page: string } | undefined;
  const reference = () => {
    if (!made) {
      const document = createOpenApiDocument(app);
      made = { document, page: renderReference(document) };
    }
    return made;
  };
  serveDocumentStyle(server);
  server.get('/docs', (_, reply) => reply.type('text/html; charset=utf-8').send(reference().page));
  server.get('/docs/search.js', (_, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('Cache-Control', 'public, max-age=3600')
      .send(SEARCH_SCRIPT),
  );
  server.get('/openapi.json', (_, reply) => reply.send(reference().document));
}
