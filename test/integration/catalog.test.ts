import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { CatalogService, CreateCatalogItemRequest } from '../../src/catalog/index.js';
import { newId } from '../../src/platform/values/index.js';
import { Database } from '../../src/platform/database/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('the catalogue', () => {
  let server: TestApp;
  let catalog: CatalogService;

  beforeAll(async () => {
    server = await startTestApp();
    catalog = server.app.get(CatalogService);
  });
  afterAll(() => server.close());

  const add = (name: string, category = 'Home') =>
    server.app.get(Database).transaction((transaction) => catalog.create(transaction, { name, category }));
  const names = async (filter: { search?: string; category?: string; limit?: number; cursor?: string }) => {
    const { data, nextCursor } = await catalog.list({ limit: 20, ...filter });
    return { names: data.map(({ name }) => name), nextCursor };
  };

  it('gives an item back as it was added', async () => {
    const item = await add('Aurora lamp');
    expect(await catalog.get(item.id)).toEqual({
      id: item.id,
      name: 'Aurora lamp',
      description: '',
      category: 'Home',
      imageUrl: null,
      createdAt: expect.stringMatching(/Z$/),
    });
    await expect(catalog.get(newId())).rejects.toMatchObject({ code: 'ITEM_NOT_FOUND' });
  });

  it('finds a part of the name in any case, and takes signs of patterns as they are', async () => {
    await add('Rug 100% wool', 'Textiles');
    await add('Rug 100 percent silk', 'Textiles');
    await add('snake_case\\mug', 'Kitchen');
    expect((await names({ search: 'rug 100' })).names).toEqual(['Rug 100 percent silk', 'Rug 100% wool']);
    expect((await names({ search: '100%' })).names).toEqual(['Rug 100% wool']);
    expect((await names({ search: 'E_C' })).names).toEqual(['snake_case\\mug']);
    expect((await names({ search: 'e\\m' })).names).toEqual(['snake_case\\mug']);
    expect((await names({ search: '_' })).names).toEqual(['snake_case\\mug']);
    expect((await names({ search: "' OR true --" })).names).toEqual([]);
    expect((await names({ search: 'rug', category: 'Kitchen' })).names).toEqual([]);
    expect((await names({ category: 'Kitchen' })).names).toEqual(['snake_case\\mug']);
  });

  it('turns pages from the newest to the oldest', async () => {
    for (const name of ['one', 'two', 'three']) await add(name, 'Pages');
    const first = await names({ category: 'Pages', limit: 2 });
    expect(first.names).toEqual(['three', 'two']);
    const rest = await names({ category: 'Pages', limit: 2, cursor: first.nextCursor as string });
    expect(rest).toEqual({ names: ['one'], nextCursor: null });
    await expect(names({ cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  const acceptsImage = async (imageUrl: unknown) => {
    const request = plainToInstance(CreateCatalogItemRequest, { name: 'n', category: 'c', imageUrl });
    return (await validate(request)).length === 0;
  };

  it.each(['/images/lamp.webp', 'https://cdn.example.org/a.png?w=2'])('takes the image %s', async (url) =>
    expect(await acceptsImage(url)).toBe(true),
  );

  it.each([
    'javascript:alert(1)',
    'http://example.org/a.png',
    '//evil.example/a.png',
    '/\\evil.example/a.png',
    'https://',
    'https:///a',
    'images/lamp.webp',
    '/a b.png',
    '/a"onerror="x',
    7,
    ['/a'],
  ])('refuses the image %j', async (url) => expect(await acceptsImage(url)).toBe(false));
});
