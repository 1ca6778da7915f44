import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declaredErrors } from '../../src/platform/errors/index.js';
import { newId } from '../../src/platform/values/index.js';
import { PAGE_HEADERS } from '../../src/platform/http/security-headers.js';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser } from '../support/users.js';
import { eventually } from '../support/wait.js';

describe('the HTTP edge', () => {
  let server: TestApp;
  let shop: string;

  beforeAll(async () => {
    shop = await mkdtemp(join(tmpdir(), 'swiftdrop-shop-'));
    await mkdir(join(shop, 'assets'));
    await writeFile(join(shop, 'index.html'), '<!doctype html><title>Shop</title>');
    await writeFile(join(shop, 'routes.json'), '[{"path":"/"},{"path":"/events/:id"}]');
    await writeFile(join(shop, 'assets', 'index-abc123.js'), 'export {};');
    server = await startTestApp({ WEB_DIR: shop, ALLOWED_ORIGINS: 'https://shop.example.org' });
  });
  afterAll(async () => {
    await server.close();
    await rm(shop, { recursive: true, force: true });
  });

  const logIn = () => server.http.post('/api/v1/auth/login');

  it.each([
    ['a body that is not JSON', '{"email":', 'application/json', 400, 'MALFORMED_JSON'],
    ['an empty body', '', 'application/json', 400, 'VALIDATION_FAILED'],
    [
      'a body that would poison a prototype',
      '{"__proto__":{"x":1}}',
      'application/json',
      400,
      'MALFORMED_JSON',
    ],
    ['a form', 'email=a', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['plain text', 'hello', 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['XML', '<a/>', 'application/xml', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body over the limit', JSON.stringify('x'.repeat(300_000)), 'application/json', 413, 'BODY_TOO_LARGE'],
  ])('refuses %s with problem details', async (_, body, type, status, code) => {
    const response = await logIn().set('Content-Type', type).send(body).expect(status);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.body).toMatchObject({ status, code, instance: '/api/v1/auth/login' });
  });

  it('tells a wrong method from a wrong address', async () => {
    const wrongMethod = await server.http.put('/api/v1/events').send({}).expect(405);
    expect(wrongMethod.headers.allow).toBe('GET, HEAD');
    expect(wrongMethod.body.code).toBe('METHOD_NOT_ALLOWED');
    expect((await server.http.get('/api/v1/auth/login').expect(405)).headers.allow).toBe('POST');
    expect((await server.http.post('/api/v1/nothing').send({}).expect(404)).body.code).toBe(
      'ROUTE_NOT_FOUND',
    );
    await server.http.head('/api/v1/events').expect(200);
    // No other method would do here.
    await server.http.get('/api/v1/events/').expect(404);
  });

  it('names each method once, and knows no address with a very long id', async () => {
    // Two routes have this shape, with parameters of different names.
    const { headers } = await server.http.patch(`/api/v1/purchase/${newId()}`).expect(405);
    expect(headers.allow).toBe('POST');
    await server.http.get(`/api/v1/events/${'x'.repeat(200)}`).expect(400, /INVALID_ID/);
    for (const id of ['x'.repeat(201), '%20'.repeat(201)]) {
      await server.http.get(`/api/v1/events/${id}`).expect(404, /ROUTE_NOT_FOUND/);
      await server.http.put(`/api/v1/events/${id}`).expect(404, /ROUTE_NOT_FOUND/);
    }
    await server.http.put(`/api/v1/events/${'%20'.repeat(200)}`).expect(405);
  });

  it('lets no cache keep what is not the same for everybody', async () => {
    const { token } = await registerUser(server);
    const bearer = (path: string) => server.http.get(path).set('Authorization', `Bearer ${token}`);
    const answers = await Promise.all([
      bearer('/api/v1/profile').expect(200),
      bearer('/api/v1/profile/orders').expect(200),
      bearer(`/api/v1/profile/orders/${newId()}`).expect(404),
      bearer('/api/v1/admin/users').expect(403),
      bearer('/api/v1/nowhere').expect(404),
      server.http.get('/api/v1/profile').expect(401),
      server.http.get('/api/v1/profile').set('Cookie', 'a=b').expect(401),
      server.http.post('/api/v1/auth/login').send({}).expect(400),
    ]);
    expect(answers.map(({ headers }) => headers['cache-control'])).toEqual(answers.map(() => 'no-store'));
    const raw = await sendRaw('GET / HTTP/1.1\r\nHost x\r\n\r\n');
    expect(raw).toMatch(/^cache-control: no-store\r$/im);
    const status = await bearer('/api/v1/status').expect(200);
    expect(status.headers['cache-control']).toBe('public, max-age=1');
  });

  it('counts a request whose sender went away, and calls it no failure', async () => {
    const aborted = async () =>
      Number(/^swiftdrop_requests_aborted_total (\d+)$/m.exec((await server.http.get('/metrics')).text)?.[1]);
    const before = await aborted();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n{',
    );
    // The answer to "Expect" says that the request is being read.
    await once(socket, 'data');
    socket.destroy();
    await eventually(async () => expect(await aborted()).toBe(before + 1));
  });

  it.each(['/api/v1/events/%zz', '/%ff', `/api/v1/events/${'x'.repeat(500)}`])(
    'answers the odd address %s with problem details of the sender',
    async (path) => {
      const response = await server.http.get(path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(response.body.code).toEqual(expect.any(String));
    },
  );

  it('refuses headers over the limit and what is not HTTP, and closes', async () => {
    const large = await sendRaw(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(large.split('\r\n\r\n')[1] as string)).toMatchObject({ code: 'HEADERS_TOO_LARGE' });
    const nonsense = await sendRaw('how are you?\r\n\r\n');
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
  });

  it('takes an empty body that calls itself JSON for none where none is needed', async () => {
    const user = await registerUser(server);
    await server.http
      .post('/api/v1/auth/logout')
      .set('Authorization', `Bearer ${user.token}`)
      .set('Content-Type', 'application/json')
      .expect(204);
  });

  const upgrade = (line: string, ...headers: string[]) =>
    sendRaw([line, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...headers, '', ''].join('\r\n'));
  const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  it.each([
    [
      'a demand that is not met',
      () => sendRaw('GET /api/v1/events HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n'),
      417,
      'EXPECTATION_FAILED',
    ],
    [
      'a request without Host',
      () => sendRaw('GET /api/v1/events HTTP/1.1\r\nConnection: close\r\n\r\n'),
      400,
      'BAD_REQUEST',
    ],
    [
      'a handshake without a key',
      () => upgrade('GET /api/v1/realtime HTTP/1.1', 'Sec-WebSocket-Version: 13'),
      400,
      'BAD_REQUEST',
    ],
    [
      'a handshake of another version',
      () => upgrade('GET /api/v1/realtime HTTP/1.1', KEY, 'Sec-WebSocket-Version: 7'),
      400,
      'BAD_REQUEST',
    ],
    [
      'a handshake by POST',
      () => upgrade('POST /api/v1/realtime HTTP/1.1', KEY, 'Sec-WebSocket-Version: 13'),
      405,
      'METHOD_NOT_ALLOWED',
    ],
  ])('refuses %s with problem details', async (_, send, status, code) => {
    const [head = '', body = ''] = (await send()).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
    expect(JSON.parse(body)).toMatchObject({ status, code, instance: expect.stringMatching(/^\/api\/v1\//) });
  });

  it('gives up on a request that does not arrive', async () => {
    const startedAt = performance.now();
    const slow = await sendRaw('POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Le');
    expect(slow).toMatch(/^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/);
    expect(performance.now() - startedAt).toBeLessThan(12_000);
  });

  it('lets pages of the listed origins call it, and no other', async () => {
    const preflight = (origin: string) =>
      server.http
        .options('/api/v1/auth/login')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' });
    const allowed = await preflight('https://shop.example.org');
    expect(allowed.headers['access-control-allow-origin']).toBe('https://shop.example.org');
    expect(allowed.headers['access-control-allow-credentials']).toBe('true');
    for (const origin of ['https://shop.example.org.evil.example', 'http://shop.example.org', 'null'])
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets those pages use every method and read the headers, of refusals too', async () => {
    const Origin = 'https://shop.example.org';
    for (const [method, path] of [
      ['PUT', '/api/v1/profile'],
      ['DELETE', `/api/v1/auth/sessions/${newId()}`],
    ] as const) {
      const { headers } = await server.http.options(path).set({
        Origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'if-match',
      });
      expect(headers['access-control-allow-methods']).toContain(method);
      expect(headers['access-control-allow-headers']).toBe('if-match');
      expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    }
    const answers = await Promise.all([
      server.http.get('/api/v1/events').set({ Origin }).expect(200),
      server.http.get('/api/v1/profile').set({ Origin }).expect(401),
      server.http.put('/api/v1/events').set({ Origin }).expect(405),
      server.http.get('/api/v1/nowhere').set({ Origin }).expect(404),
    ]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe(Origin);
      for (const name of ['ETag', 'Idempotency-Replayed', 'Retry-After', 'X-Request-Id'])
        expect(headers['access-control-expose-headers']).toContain(name);
    }
  });

  it('guards pages and answers with security headers, and asks for TLS only in production', async () => {
    const { headers } = await server.http.get('/').expect(200);
    for (const [name, value] of Object.entries(PAGE_HEADERS)) expect(headers[name.toLowerCase()]).toBe(value);
    expect(headers['strict-transport-security']).toBeUndefined();
    const api = await server.http.get('/api/v1/events').expect(200);
    expect(api.headers['x-content-type-options']).toBe('nosniff');
    expect(api.headers['content-security-policy']).toContain("default-src 'none'");
    expect(api.headers['x-powered-by']).toBeUndefined();
  });

  it('serves the shop at its routes, and its page with 404 anywhere else', async () => {
    const page = (path: string) => server.http.get(path).set('Accept', 'text/html');
    const { eventId } = await createDrop(server.database.pool);
    for (const path of ['/', `/events/${eventId}`, `/events/${eventId.toUpperCase()}`, `/events/${eventId}`])
      expect((await page(path).expect(200)).headers['cache-control']).toBe('no-cache');
    // There is no such drop, and never was: search engines and monitors go by the status.
    for (const id of ['42', newId(), '%00'])
      expect((await page(`/events/${id}`).expect(404)).text).toContain('<title>Shop</title>');
    expect((await page('/nowhere').expect(404)).text).toContain('<title>Shop</title>');
    const asset = await server.http.get('/assets/index-abc123.js').expect(200);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const path of ['/api/v1/nowhere', '/assets/gone.js', '/docs/nowhere', '/health/nowhere'])
      expect((await page(path).expect(404)).body.code).toBe('ROUTE_NOT_FOUND');
    await server.http
      .get('/nowhere')
      .set('Accept', 'application/json')
      .expect(404, /ROUTE_NOT_FOUND/);
  });

  it('has a page without a built shop too', async () => {
    const bare = await startTestApp({ WEB_DIR: '/nonexistent' }, server.database);
    expect((await bare.http.get('/').expect(200)).text).toContain('<a href="/docs">');
    await bare.close();
  });

  it('takes an address for the one route that is named so, though it also fits one with an id', async () => {
    for (const [method, path, allow] of [
      ['PATCH', 'admin/events/defaults', 'GET, HEAD'],
      ['PUT', 'admin/events/defaults', 'GET, HEAD'],
      ['PATCH', 'admin/events/x', 'GET, HEAD, PUT'],
    ] as const) {
      const { status, headers } = await fetch(`${server.url}/api/v1/${path}`, { method });
      expect([method, path, status, headers.get('allow')]).toEqual([method, path, 405, allow]);
    }
  });

  it('explains every problem where its type leads', async () => {
    const { text } = await server.http.get('/docs/problems').expect(200);
    for (const code of declaredErrors.keys()) expect(text).toContain(`<h3 id="${code}">`);
  });

  it('serves the API reference from its own assets', async () => {
    const { text } = await server.http.get('/docs').expect(200);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const [, path] of text.matchAll(/(?:src|href)="\.?([^"]+\.(?:js|css))"/g))
      await server.http.get(path as string).expect(200);
    await server.http.get('/openapi.json').expect(200);
  });

  async function sendRaw(text: string): Promise<string> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString())).on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return answer;
  }
});
