import { ServiceRegistry } from '../../src/platform/telemetry/index.js';
import { createDrop } from '../support/drops.js';
import { eventually } from '../support/wait.js';
import { RealtimeClient } from '../support/realtime-client.js';
import { freePort } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser, type TestUser } from '../support/users.js';

describe('liveness, readiness and metrics', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  it('is live and ready, without a token', async () => {
    await server.http.get('/health/live').expect(200, { status: 'live' });
    await server.http.get('/health/ready').expect(200, { status: 'ready', stores: { postgresql: 'up' } });
  });

  it('is ready but degraded while MongoDB is away, since selling works', async () => {
    const degraded = await startTestApp({ MONGO_URI: 'mongodb://127.0.0.1:9' });
    try {
      const { body } = await degraded.http.get('/health/ready').expect(200);
      expect(body).toEqual({ status: 'degraded', stores: { postgresql: 'up', mongodb: 'down' } });
      const { text } = await degraded.http.get('/metrics').expect(200);
      expect(text).toContain('swiftdrop_store_up{store="mongodb"} 0');
    } finally {
      await degraded.close();
    }
  });

  it('is not ready while PostgreSQL is away or silent, and ready again when it is back', async () => {
    const { hostname, port } = new URL(server.database.url);
    const proxy = await TcpProxy.to(hostname, Number(port));
    const throughProxy = new URL(server.database.url);
    throughProxy.port = String(proxy.port);
    const outage = await startTestApp({}, { ...server.database, url: throughProxy.href });
    const expectReady = (status: number) =>
      eventually(async () => void (await outage.http.get('/health/ready').expect(status)));
    try {
      await proxy.cut();
      await expectReady(503);
      const { body } = await outage.http.get('/health/ready').expect(503);
      expect(body).toEqual({ status: 'unavailable', stores: { postgresql: 'down' } });
      await outage.http.get('/health/live').expect(200);
      const refusal = await outage.http.get('/api/v1/events').expect(503).expect('Retry-After', '1');
      expect(refusal.body.code).toBe('DATABASE_UNAVAILABLE');

      await proxy.mend();
      await expectReady(200);
      await outage.http.get('/api/v1/events').expect(200);

      proxy.silence();
      await expectReady(503);
    } finally {
      await proxy.close();
      await outage.close();
    }
  });

  it('tells everybody how the services behind it are', async () => {
    const { body, headers } = await server.http.get('/api/v1/status').expect(200);
    expect(body).toEqual({
      status: 'ok',
      services: { postgres: { status: 'ok', responseTimeMs: expect.any(Number) } },
    });
    expect(headers['cache-control']).toBe('public, max-age=1');
  });

  it('tells which of them are down, and what that means for the shop', async () => {
    const { hostname, port } = new URL(server.database.url);
    const proxy = await TcpProxy.to(hostname, Number(port));
    const throughProxy = new URL(server.database.url);
    throughProxy.port = String(proxy.port);
    const app = await startTestApp(
      { MONGO_URI: 'mongodb://127.0.0.1:9', REDIS_URL: 'redis://127.0.0.1:9' },
      { ...server.database, url: throughProxy.href },
    );
    app.app.get(ServiceRegistry).register('mail', { check: () => Promise.resolve() });
    const status = async () => (await app.http.get('/api/v1/status').expect(200)).body;
    const down = { status: 'down', responseTimeMs: null };
    const ok = { status: 'ok', responseTimeMs: expect.any(Number) };
    try {
      const services = { postgres: ok, mongo: down, redis: down, mail: ok };
      expect(await status()).toEqual({ status: 'degraded', services });
      for (const breakIt of [() => proxy.cut(), () => proxy.silence()]) {
        await breakIt();
        await eventually(async () =>
          expect(await status()).toEqual({ status: 'down', services: { ...services, postgres: down } }),
        );
        await proxy.mend();
        await eventually(async () => expect((await status()).status).toBe('degraded'));
      }
    } finally {
      await proxy.close();
      await app.close();
    }
  });

  it('tells of requests by route template, of pools, claims, the scheduler and the process', async () => {
    await server.http.get('/health/live').expect(200);
    await server.http.get('/api/v1/nothing').expect(404);
    const { text, headers } = await server.http.get('/metrics').expect(200);
    expect(headers['content-type']).toMatch('text/plain');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/health\/live",status="2xx"\} [1-9]/,
    );
    expect(text).toMatch(
      /http_request_duration_seconds_bucket\{le="\+Inf",method="GET",route="unknown",status="4xx"\} [1-9]/,
    );
    expect(text).toMatch(/swiftdrop_pool_connections\{pool="general",state="total"\} [1-9]/);
    expect(text).toContain('swiftdrop_pool_connections{pool="claims",state="waiting"} 0');
    expect(text).toContain('swiftdrop_claims_waiting 0');
    expect(text).toContain('# TYPE swiftdrop_claims_total counter');
    expect(text).toContain('# TYPE swiftdrop_claim_batch_size histogram');
    expect(text).toContain('# TYPE swiftdrop_transition_skew_seconds histogram');
    expect(text).toContain('swiftdrop_store_up{store="postgresql"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('counts claims by outcome and times starts', async () => {
    const drop = await createDrop(server.database.pool, { stocks: [1], status: 'locked', startsIn: 1 });
    await server.database.pool.query("SELECT pg_notify('events_changed', $1)", [drop.eventId]);
    const [first, second] = [await registerUser(server), await registerUser(server)];
    const buy = ({ token }: TestUser) =>
      server.http.post(`/api/v1/purchase/${drop.itemId}`).set('Authorization', `Bearer ${token}`).send({});
    await eventually(async () => void (await buy(first).expect(201)));
    await buy(second).expect(409);

    await eventually(async () => {
      const { text } = await server.http.get('/metrics').expect(200);
      expect(text).toMatch(/swiftdrop_claims_total\{outcome="granted"\} 1/);
      expect(text).toContain('swiftdrop_claims_refused_from_memory_total 1');
      expect(text).toMatch(/swiftdrop_claim_batch_size_count [1-9]/);
      expect(text).toMatch(/swiftdrop_transition_skew_seconds_count\{act="start"\} 1/);
      expect(text).toMatch(
        /http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/purchase\/:\w+",status="2xx"\} 1/,
      );
    });
  });

  it('counts who listens', async () => {
    const listeners = async () =>
      /^swiftdrop_realtime_connections (\d+)$/m.exec(
        (await server.http.get('/metrics').expect(200)).text,
      )?.[1];
    expect(await listeners()).toBe('0');
    const client = await RealtimeClient.connect(server.url);
    await eventually(async () => expect(await listeners()).toBe('1'));
    client.socket.close();
    await eventually(async () => expect(await listeners()).toBe('0'));
  });

  it('keeps metrics and the API reference on the management port where there is one', async () => {
    const port = String(await freePort());
    const app = await startTestApp({ MANAGEMENT_PORT: port }, server.database);
    try {
      const inside = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then(({ status }) => status);
      for (const path of ['/metrics', '/docs', '/openapi.json', '/%6detrics']) {
        expect((await app.http.get(path).expect(404)).body.code).toBe('ROUTE_NOT_FOUND');
        expect([path, await inside(path)]).toEqual([path, 200]);
      }
      // The page of problems is whole, and leads nowhere that is closed. Without a shop there is nothing at `/`.
      const { text } = await app.http.get('/docs/problems').expect(200);
      const places = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, place]) => place as string);
      expect(places).toContain('/docs/style.css');
      for (const place of places) await app.http.get(place).expect(200);
      await app.http.get('/health/ready').expect(200);
    } finally {
      await app.close();
    }
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it('gives every answer an id of its own, whatever the sender claims', async () => {
    const first = await server.http.get('/health/live').set('X-Request-Id', 'mine');
    const second = await server.http.get('/health/live');
    expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  });
});
