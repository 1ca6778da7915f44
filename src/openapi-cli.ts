import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { setRoutePrefix } from './app.js';
import { Settings } from './platform/config/index.js';
import { entities } from './entities.js';
import { createDataSource } from './platform/database/index.js';
import { createOpenApiDocument } from './platform/http/index.js';

/**
 * Writes the OpenAPI document to the named file, or to standard output. Preview mode builds the graph of
 * modules without instantiating anything, so no database is needed and nothing has to be closed.
 */
const settings = Settings.parse({ NODE_ENV: 'test', LOG_LEVEL: 'silent' });
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule.with(settings, createDataSource('postgres://nowhere', 2, entities)),
  new FastifyAdapter(),
  { preview: true, logger: false, abortOnError: false },
);
setRoutePrefix(app);
const json = JSON.stringify(createOpenApiDocument(app), null, 2) + '\n';
const [file] = process.argv.slice(2);
if (file) writeFileSync(file, json);
else process.stdout.write(json);
