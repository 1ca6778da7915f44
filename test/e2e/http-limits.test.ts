import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declaredErrors } from '../../src/platform/errors/index.js';
import { PAGE_HEADERS } from '../../src/platform/http/security-headers.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser } from '../support/users.js';

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
    for (const path of ['/', '/events/42'])
      expect((await page(path).expect(200)).headers['cache-control']).toBe('no-cache');
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
