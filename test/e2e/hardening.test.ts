import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createDrop, stockOf } from '../support/drops.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, createAdmin } from '../support/users.js';
import { eventually } from '../support/wait.js';

/**
 * Goal: nobody outside, and no broken network, ends the process or makes it grow without end. Method: the
 * built application as a process of its own, since what is guarded against ends the process.
 */
describe('a process under attack', () => {
  let app: TestApp;
  let proxy: TcpProxy;
  let server: ServerProcess;

  beforeAll(async () => {
    // In this process, to make users and drops; the one under attack reaches the database through a proxy.
    app = await startTestApp();
    const { hostname, port } = new URL(app.database.url);
    proxy = await TcpProxy.to(hostname, Number(port));
    const throughProxy = new URL(app.database.url);
    throughProxy.port = String(proxy.port);
    server = await startServerProcess(throughProxy.href);
  });
  afterAll(async () => {
    await server.stop();
    await proxy.close();
    await app.close();
  });

  const isAlive = async () => expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  const openSocket = async (text: string): Promise<Socket> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  const upgrade = (path: string, host: string) =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  it('sells on after its connections to the database broke in the middle of a purchase', async () => {
    const { itemId } = await createDrop(app.database.pool);
    const [buyer] = await bulkUsers(app, 1);
    const purchase = () =>
      fetch(`${server.url}/api/v1/purchase/${itemId}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${buyer!.token}`, 'idempotency-key': 'once' },
      });
    const blocker = await app.database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM event_items WHERE id = $1 FOR UPDATE', [itemId]);
    const attempt = purchase();
    await eventually(async () => {
      const { rows } = await app.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(1);
    });
    await proxy.cut();
    const refused = await attempt;
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'CLAIM_UNCERTAIN' }]);
    await blocker.query('ROLLBACK');
    blocker.release();
    await proxy.mend();
    await eventually(async () => expect((await purchase()).status).toBe(201));
    expect(await stockOf(app.database.pool, itemId)).toBe(9);
  });

  it('outlives offers of a WebSocket that are nonsense and reset at once', async () => {
    for (const [path, host] of [
      ['/api/v1/realtime', '['],
      ['http://[', 'x'],
      ['/elsewhere', 'x'],
    ])
      for (const delayMs of [0, 0, 5]) {
        const socket = await openSocket(upgrade(path as string, host as string));
        if (delayMs > 0) await delay(delayMs);
        socket.resetAndDestroy();
      }
    await isAlive();
  });

  it('answers a request that offers another protocol as if it did not', async () => {
    const socket = await openSocket(
      'GET /api/v1/time HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('cuts off who pings without reading the answers', async () => {
    const socket = await openSocket(upgrade('/api/v1/realtime', 'x'));
    await once(socket, 'data');
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 100, 0, 0, 0, 0]), Buffer.alloc(100)]);
    const burst = Buffer.concat(Array.from({ length: 500 }, () => ping));
    let sentBytes = 0;
    while (!socket.destroyed && sentBytes < 50_000_000) {
      sentBytes += burst.length;
      if (!socket.write(burst)) await Promise.race([new Promise((go) => socket.once('drain', go)), closed]);
    }
    expect(sentBytes).toBeLessThan(50_000_000);
    await isAlive();
  });
});

/** Goal: no input, however odd, is answered with a 5xx. */
describe('odd input', () => {
  let server: TestApp;
  let admin: string;

  beforeAll(async () => {
    server = await startTestApp();
    admin = (await createAdmin(server)).token;
  });
  afterAll(() => server.close());

  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

  it.each([
    ['arrays in arrays', `{"email":${nested('[', ']', 100_000)},"password":"x"}`],
    ['objects in objects', `{"email":${nested('{"a":', '}', 40_000).replace(':}', ':1}')},"password":"x"}`],
    ['arrays alone', nested('[', ']', 100_000)],
    [
      'very many fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i, 1]))),
    ],
    ['very many objects', `[${Array.from({ length: 50_000 }, () => '{}').join()}]`],
  ])('refuses %s by their structure', async (_, body) => {
    const startedAt = performance.now();
    const response = await server.http
      .post('/api/v1/auth/login')
      .set('Content-Type', 'application/json')
      .send(body)
      .expect(400);
    expect(response.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      detail: 'The body has too many parts or is nested too deeply.',
    });
    expect(performance.now() - startedAt).toBeLessThan(200);
  });

  it('takes times finer than PostgreSQL for what was checked', async () => {
    const { body: item } = await server.http
      .post('/api/v1/admin/items')
      .auth(admin, { type: 'bearer' })
      .send({ name: 'Lamp', category: 'Home' })
      .expect(201);
    const year = new Date().getUTCFullYear() + 1;
    const { body: event } = await server.http
      .post('/api/v1/admin/events')
      .auth(admin, { type: 'bearer' })
      .send({
        title: 'A drop of a moment',
        // PostgreSQL would round it up, to the very end.
        startsAt: `${year}-01-01T00:00:00.9999999Z`,
        endsAt: `${year}-01-01T00:00:01Z`,
        items: [{ itemId: item.id, price: { amount: 100, currency: 'USD' }, stock: 1 }],
      })
      .expect(201);
    expect(event.startsAt).toBe(`${year}-01-01T00:00:00.999Z`);
  });
});

describe('a general pool that page views keep busy', () => {
  it('leaves the instance ready, and selling', async () => {
    const server = await startTestApp({ DATABASE_POOL_SIZE: '2' });
    const { pool } = server.database;
    const { itemId } = await createDrop(pool);
    const drops = [await createDrop(pool), await createDrop(pool)];
    const [buyer] = await bulkUsers(server, 1);
    const blocker = await pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE reviews, comments IN ACCESS EXCLUSIVE MODE');
      // Of different drops: those who look at the same one share a read.
      const views = drops.map(({ eventId }) =>
        fetch(`${server.url}/api/v1/reviews/events/${eventId}/comments`).catch(() => undefined),
      );
      await eventually(async () => {
        const { rows: waiting } = await pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(2);
      });
      await server.http.get('/health/ready').expect(200);
      await server.http.post(`/api/v1/purchase/${itemId}`).auth(buyer!.token, { type: 'bearer' }).expect(201);
      await blocker.query('ROLLBACK');
      await Promise.all(views);
    } finally {
      blocker.release();
      await server.close();
    }
  });
});
