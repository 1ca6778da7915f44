import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PAGE_HEADERS, TRANSPORT_HEADER } from '../../src/platform/http/security-headers.js';
import { findOrInstall } from '../support/debian-programs.js';
import { createDrop } from '../support/drops.js';
import { startNginx, type NginxProcess } from '../support/nginx-process.js';
import { handshake } from '../support/raw-socket.js';
import { RealtimeClient } from '../support/realtime-client.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventually } from '../support/wait.js';

const nginxProgram = findOrInstall('nginx', 'nginx-light');

/**
 * Goal: what the compose file puts in front of the API does what it says.
 * Method: Debian's nginx with the repository's own files in front of two real processes of the API on one
 * database. Senders with addresses of their own are loopback addresses.
 */
(nginxProgram ? describe : describe.skip)('nginx in front of two instances', () => {
  const settings: Record<string, string> = {
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMITS: 'on',
    RATE_LIMIT_LOGIN_PER_MINUTE: '3',
  };
  let folder: string;
  let database: TestDatabase;
  let instances: ServerProcess[];
  let nginx: NginxProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swiftdrop-nginx-shop-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Shop</title>');
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(folder, 'assets', 'index-abc123.js'), 'export {};');
    await writeFile(join(folder, 'assets', 'index-abc123.js.gz'), gzipSync('export {};'));
    await copyFile('web/routes.json', join(folder, 'routes.json'));
    database = await createTestDatabase();
    settings.WEB_DIR = folder;
    instances = await Promise.all([1, 2].map(() => startServerProcess(database.url, settings)));
    nginx = await startNginx(nginxProgram as string, { upstreams: instances.map(portOf), root: folder });
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all((instances ?? []).map((instance) => instance.stop()));
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets ten purchases of one address through at once, and answers the rest with 429 problem details', async () => {
    const buy = (from: string) =>
      send('POST', `${nginx.url}/api/v1/purchase/${randomUUID()}`, { from, body: '{}' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => buy('127.0.0.2')));
    const limited = answers.filter(({ status }) => status === 429);
    const passed = answers.filter(({ status }) => status === 401);
    expect(limited.length + passed.length).toBe(40);
    expect(passed.length).toBeGreaterThanOrEqual(11);
    // Five more come free per second; forty take a fraction of one.
    expect(passed.length).toBeLessThanOrEqual(20);
    expect(limited[0]?.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '1',
    });
    expect(JSON.parse(limited[0]?.body as string)).toMatchObject({
      type: '/docs/problems#RATE_LIMITED',
      status: 429,
      code: 'RATE_LIMITED',
      instance: expect.stringMatching(/^\/api\/v1\/purchase\/[0-9a-f-]{36}$/),
    });
    expect((await buy('127.0.0.3')).status).toBe(401);
    const confirmations = await Promise.all(
      Array.from({ length: 30 }, () =>
        send('POST', `${nginx.url}/api/v1/purchase/${randomUUID()}/confirm`, { from: '127.0.0.2' }),
      ),
    );
    expect(confirmations.every(({ status }) => status === 401)).toBe(true);
  });

  it('counts a /64 of IPv6 as one sender, as the API does', async () => {
    const proxy = await startNginx(nginxProgram as string, {
      upstreams: instances.map(portOf),
      root: folder,
      addressHeader: 'X-Test-Address',
    });
    const passed = async (addressOf: (index: number) => string) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          send('POST', `${proxy.url}/api/v1/purchase/${randomUUID()}`, {
            headers: { 'X-Test-Address': addressOf(index) },
            body: '{}',
          }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).not.toContain(500);
      return answers.filter(({ status }) => status === 401).length;
    };
    try {
      // 0x0a is a line feed among the bytes of an address.
      expect(await passed((index) => `2001:db8:a:0:${index}::1`)).toBeLessThanOrEqual(20);
      expect(await passed(() => '203.0.113.1')).toBeLessThanOrEqual(20);
      expect(await passed((index) => `2001:db8:b:${index}::1`)).toBe(40);
      expect(await passed((index) => `::ffff:198.51.100.${index}`)).toBe(40);
      expect(await passed((index) => `198.51.100.${100 + index}`)).toBe(40);
    } finally {
      await proxy.stop();
    }
  });

  it('limits by the same path however it is written', async () => {
    const spellings = ['/api/v1/%70urchase/', '/api/v1/x/../purchase/', '/api//v1/purchase/'];
    const answers = await Promise.all(
      Array.from({ length: 45 }, (_, index) =>
        send('POST', `${nginx.url}${spellings[index % 3]}${randomUUID()}`, { from: '127.0.0.4', body: '{}' }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 429).length).toBeLessThanOrEqual(20);
  });

  it('tells the API the address that really connected, whatever the sender claims', async () => {
    const logIn = (from: string, claimed: string) =>
      send('POST', `${nginx.url}/api/v1/auth/login`, {
        from,
        headers: { 'X-Forwarded-For': claimed },
        body: '{"email":"a@b.example","password":"wrong wrong"}',
      });
    // Three a minute are allowed.
    const answers = [];
    for (let index = 0; index < 10; index++)
      answers.push((await logIn('127.0.0.5', `203.0.113.${index}`)).status);
    expect(answers).toEqual([...new Array(3).fill(401), ...new Array(7).fill(429)]);
    expect((await logIn('127.0.0.6', '127.0.0.5')).status).toBe(401);
  });

  it('keeps pages away from the instance that sells', async () => {
    for (let index = 0; index < 10; index++) {
      expect((await send('GET', `${nginx.url}/api/v1/events`)).status).toBe(200);
      await send('POST', `${nginx.url}/api/v1/purchase/${randomUUID()}`, { from: '127.0.0.7', body: '{}' });
    }
    const [selling, showing] = await Promise.all(
      instances.map(async ({ url }) => (await send('GET', `${url}/metrics`)).body),
    );
    const pages = /_count\{method="GET",route="\/api\/v1\/events",status="2xx"\} \d+/;
    const purchases = /_count\{method="POST",route="\/api\/v1\/purchase\/:eventItemId",status="4xx"\} \d+/;
    expect([selling, showing]).toEqual([expect.stringMatching(purchases), expect.stringMatching(pages)]);
    expect(selling).not.toMatch(pages);
    expect(showing).not.toMatch(purchases);
  });

  it('keeps the metrics and the API reference inside', async () => {
    for (const path of [
      '/docs',
      '/docs/',
      '/%64ocs',
      '/openapi.json',
      '/docs/x.js',
      '/metrics',
      '/%6detrics',
      '//metrics',
      '/metrics/',
      '/x/../metrics',
    ])
      expect(await send('GET', `${nginx.url}${path}`)).toMatchObject({
        status: 404,
        body: expect.not.stringContaining('process_'),
      });
    expect((await send('GET', `${nginx.url}/health/ready`)).status).toBe(200);
  });

  it('passes WebSockets on', async () => {
    const client = await RealtimeClient.connect(nginx.url);
    client.say({ type: 'hello' });
    const closed = once(client.socket, 'close');
    client.socket.close();
    await closed;
    expect(client.closeCode).not.toBe(1006);
  });

  it('lets one address hold two hundred realtime connections open, and others theirs', async () => {
    const sockets: Socket[] = [];
    const shake = async (localAddress: string) => {
      const { hostname, port } = new URL(nginx.url);
      const socket = connect({ host: hostname, port: Number(port), localAddress });
      sockets.push(socket);
      socket.on('error', () => undefined).write(handshake());
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1]);
    };
    try {
      for (let tens = 0; tens < 20; tens++) {
        const statuses = await Promise.all(Array.from({ length: 10 }, () => shake('127.0.0.8')));
        expect(statuses).toEqual(statuses.map(() => 101));
      }
      expect(await shake('127.0.0.8')).toBe(429);
      expect(await shake('127.0.0.9')).toBe(101);
      expect((await send('GET', `${nginx.url}/api/v1/time`, { from: '127.0.0.8' })).status).toBe(200);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('lets one address have a hundred requests under way, and answers the rest with 429', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const proxy = await startNginx(nginxProgram as string, { upstreams: [port, port], root: folder });
    try {
      const answers: Answer[] = [];
      for (let index = 0; index < 110; index++)
        void send('GET', `${proxy.url}/api/v1/time`, { from: '127.0.0.8' }).then(
          (answer) => answers.push(answer),
          () => undefined,
        );
      await eventually(() => expect(answers.length).toBe(10));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 429));
      expect(JSON.parse(answers[0]?.body as string).code).toBe('RATE_LIMITED');
    } finally {
      await proxy.stop();
      silent.close();
    }
  });

  it("refuses a body over the API's own limit with problem details", async () => {
    const body = JSON.stringify('x'.repeat(300_000));
    const answer = await send('POST', `${nginx.url}/api/v1/auth/login`, { body });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body).code).toBe('BODY_TOO_LARGE');
  });

  it("serves the shop at each of its routes, with the API's security headers", async () => {
    const routes = JSON.parse(readFileSync('web/routes.json', 'utf8')) as { path: string }[];
    const { eventId } = await createDrop(database.pool);
    for (const { path } of routes) {
      const answer = await send('GET', nginx.url + path.replace(/:\w+/g, eventId));
      expect([path, answer.status, answer.body]).toEqual([path, 200, expect.stringContaining('Shop')]);
      expect(answer.headers['cache-control']).toBe('no-cache');
      for (const [name, value] of Object.entries(PAGE_HEADERS))
        expect(answer.headers[name.toLowerCase()]).toBe(value);
      expect(answer.headers['strict-transport-security']).toBeUndefined();
    }
    for (const path of ['/events/', '/admin/events/', `/events/${eventId}/confirm/`, '/events/42/confirm/']) {
      const unknown = await send('GET', nginx.url + path + (path.includes(eventId) ? '42' : randomUUID()));
      expect([path, unknown.status, unknown.body]).toEqual([path, 404, expect.stringContaining('Shop')]);
    }
    const nowhere = await send('GET', `${nginx.url}/nowhere/at/all`);
    expect([nowhere.status, nowhere.body]).toEqual([404, expect.stringContaining('Shop')]);
    const asset = await send('GET', `${nginx.url}/assets/index-abc123.js`, {
      headers: { 'Accept-Encoding': 'gzip' },
    });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-encoding']).toBe('gzip');
    expect((await send('GET', `${nginx.url}/favicon.svg`)).headers['content-type']).toBe('image/svg+xml');
    expect((await send('GET', `${nginx.url}/docs/problems`)).status).toBe(200);
  });

  it('never sends a purchase twice that may have arrived', async () => {
    const dying = await Promise.all([1, 2].map(() => startDyingServer()));
    const proxy = await startNginx(nginxProgram as string, {
      upstreams: dying.map(({ server }) => (server.address() as AddressInfo).port),
      root: folder,
    });
    const received = () => dying.reduce((sum, { requests }) => sum + requests(), 0);
    try {
      const before = received();
      const purchase = await send('POST', `${proxy.url}/api/v1/purchase/${randomUUID()}`, { body: '{}' });
      expect([purchase.status, JSON.parse(purchase.body).code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(purchase.headers['retry-after']).toBe('1');
      expect(received() - before).toBe(1);
    } finally {
      await proxy.stop();
      for (const { server } of dying) server.close();
    }
  });

  it.each([
    ['sells', 'that is there for pages', 0],
    ['shows pages', 'that sells', 1],
  ])('goes on when the instance that %s is killed, by the one %s', async (_does, _other, killed) => {
    const proxy = await startNginx(nginxProgram as string, {
      upstreams: instances.map(portOf),
      root: folder,
    });
    try {
      await instances[killed]?.kill();
      for (let index = 0; index < 10; index++) {
        expect((await send('GET', `${proxy.url}/api/v1/events`)).status).toBe(200);
        const purchase = await send('POST', `${proxy.url}/api/v1/purchase/${randomUUID()}`, { body: '{}' });
        expect(purchase.status).toBe(401);
      }
    } finally {
      await proxy.stop();
      instances[killed] = await startServerProcess(database.url, {
        ...settings,
        PORT: String(portOf(instances[killed] as ServerProcess)),
      });
    }
  });

  it('speaks TLS where there is a certificate, and leads there', async () => {
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
    const site = await startNginx(nginxProgram as string, {
      upstreams: instances.map(portOf),
      root: folder,
      tls: { certificate, key },
    });
    try {
      const plain = await send('GET', `${site.url}/events/1`);
      expect([plain.status, plain.headers.location]).toEqual([301, 'https://127.0.0.1/events/1']);
      const page = await send('GET', `${site.tlsUrl}/`);
      expect(page.status).toBe(200);
      for (const [name, value] of Object.entries(TRANSPORT_HEADER))
        expect(page.headers[name.toLowerCase()]).toBe(value);
      expect((await send('GET', `${site.tlsUrl}/api/v1/events`)).status).toBe(200);
    } finally {
      await site.stop();
    }
  });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request on a connection of its own; the path is sent as it is written. */
function send(
  method: string,
  url: string,
  { from, headers, body }: { from?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const [, protocol, host, port, path] = /^(https?):\/\/([^:/]+):(\d+)(.*)$/.exec(url) as unknown as string[];
  const options = {
    method,
    host,
    port,
    path: path || '/',
    agent: false as const,
    rejectUnauthorized: false,
    ...(from !== undefined && { localAddress: from }),
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
  };
  return new Promise((resolve, reject) => {
    const outgoing = (protocol === 'https' ? requestTls : request)(options, (response) => {
      let text = '';
      response.on('data', (data: Buffer) => (text += data.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function portOf({ url }: ServerProcess): number {
  return Number(new URL(url).port);
}

/** Takes a request and dies before it answers, as a process that is killed at the worst moment. */
async function startDyingServer(): Promise<{ server: Server; requests: () => number }> {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests++;
      socket.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, requests: () => requests };
}
