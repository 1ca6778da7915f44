import type { OpenAPIObject } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, type TestUser } from '../support/users.js';

interface Schema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  pattern?: string;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  $ref?: string;
}

/** Not people's words: what a machine made, or what is matched with a pattern of its own. */
const NO_TEXTS: ReadonlySet<string> = new Set([
  'cursor',
  'email',
  'password',
  'currentPassword',
  'newPassword',
]);

/**
 * Goal: every text that the API takes is bounded, and kept as people meant it. Method: the OpenAPI document names the
 * texts of all requests; the validators of their classes tell how each is read.
 */
describe('texts at the edge', () => {
  let server: TestApp;
  let admin: TestUser;
  let document: OpenAPIObject;

  beforeAll(async () => {
    server = await startTestApp();
    admin = await createAdmin(server);
    document = (await server.http.get('/openapi.json').expect(200)).body;
  });
  afterAll(() => server.close());

  /** Every text in `schema`, by its path, with where it is unbounded. */
  const textsIn = (schema: Schema, path: string): [string, Schema][] => {
    if (schema.$ref) {
      const name = schema.$ref.split('/').at(-1) as string;
      return textsIn((document.components?.schemas as Record<string, Schema>)[name] as Schema, path);
    }
    return [
      ...(schema.type === 'string' ? [[path, schema] as [string, Schema]] : []),
      ...(schema.allOf ?? []).flatMap((part) => textsIn(part, path)),
      ...(schema.items ? textsIn(schema.items, `${path}[]`) : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
        textsIn(property, `${path}.${name}`),
      ),
    ];
  };

  it('are bounded, in bodies and in queries', () => {
    const texts = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, { requestBody?: unknown; parameters?: unknown[] }>).flatMap(
        ([method, { requestBody, parameters = [] }]) => {
          const body = requestBody as { content: Record<string, { schema: Schema }> } | undefined;
          const where = `${method} ${path}`;
          return [
            ...Object.values(body?.content ?? {}).flatMap(({ schema }) => textsIn(schema, where)),
            ...(parameters as { in: string; name: string; schema: Schema }[])
              .filter((parameter) => parameter.in === 'query')
              .flatMap(({ name, schema }) => textsIn(schema, `${where}?${name}`)),
          ];
        },
      ),
    );
    expect(texts.length).toBeGreaterThan(15);
    const unbounded = texts.filter(
      ([, { maxLength, format, enum: values, pattern }]) =>
        maxLength === undefined &&
        !values &&
        !['uuid', 'date-time'].includes(format ?? '') &&
        // A pattern bounds when it is anchored and repeats nothing for ever.
        !(pattern?.startsWith('^') && pattern.endsWith('$') && !/[*+]/.test(pattern)),
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  it('are normalised and refuse what turns the page, in every class of a request', () => {
    // The storage keeps its metadata by class, and offers no list of them.
    const byClass = (
      getMetadataStorage() as unknown as { validationMetadatas: Map<new () => object, unknown[]> }
    ).validationMetadatas;
    const texts = [...byClass.entries()].flatMap(([type, metadata]) =>
      (metadata as { name?: string; propertyName: string }[])
        .filter(({ name, propertyName }) => name === 'isString' && !NO_TEXTS.has(propertyName))
        .map(({ propertyName }) => ({ type, propertyName })),
    );
    expect(texts.length).toBeGreaterThanOrEqual(10);
    const kept = texts.map(({ type, propertyName }) => {
      const instance = plainToInstance(type, { [propertyName]: ' Cafe\u0301\u200b ' }) as Record<
        string,
        unknown
      >;
      return [`${type.name}.${propertyName}`, instance[propertyName]];
    });
    expect(kept).toEqual(kept.map(([name]) => [name, 'Café']));
  });

  it('are one for whoever types them in another form', async () => {
    const create = (name: string) =>
      server.http
        .post('/api/v1/admin/items')
        .auth(admin.token, { type: 'bearer' })
        .send({ name, category: 'Cafe\u0301' });
    const { body } = await create('Lampe e\u0301le\u0301gante').expect(201);
    expect(body).toMatchObject({ name: 'Lampe élégante', category: 'Café' });
    const found = await server.http
      .get(`/api/v1/admin/items?search=${encodeURIComponent('e\u0301le\u0301gante')}`)
      .auth(admin.token, { type: 'bearer' })
      .expect(200);
    expect(found.body.data).toHaveLength(1);
    const { body: refusal } = await create('two\nlines').expect(400);
    expect(refusal.errors).toEqual([{ field: 'name', message: 'name must be a single line' }]);
    await create('👩‍👩‍👧‍👦 مرحبا').expect(201);
  });
});
