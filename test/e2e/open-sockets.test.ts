import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { commonErrors } from '../../src/platform/errors/index.js';
import { rawProblem } from '../../src/platform/http/index.js';
import { answerClientError } from '../../src/platform/http/client-errors.js';
import { boundConnections } from '../../src/platform/http/connections.js';
import { handshake, RawSocket } from '../support/raw-socket.js';
import { RealtimeClient } from '../support/realtime-client.js';
import { startServerProcess } from '../support/server-process.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';
import { registerUser } from '../support/users.js';
import { eventually, until } from '../support/wait.js';

/**
 * Goal: whatever a client holds open, it cannot keep for long, and strangers cannot take what others need.
 * Method: raw sockets that behave as no browser does. Each protection has a negative control, where the same attack
 * succeeds without it.
 */
const opened: RawSocket[] = [];
const raw = async (url: string, text = ''): Promise<RawSocket> => {
  const socket = await RawSocket.connect(url, text);
  opened.push(socket);
  return socket;
};
/** Asked of the server: a client that keeps its side open does not see that the other is gone. */
const connectionsOf = (server: NetServer) =>
  new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
});

const UNFINISHED = 'GET /api/v1/time HTTP/1.1\r\nHost: x\r\n';
const UNFINISHED_BODY =
  'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';

describe('clients that send slowly', () => {
  /** Sends a header every so often, and never the last. */
  function dribble(sockets: RawSocket[]): () => void {
    const timer = setInterval(() => {
      for (const socket of sockets) socket.say('X-More: x\r\n');
    }, 100);
    return () => clearInterval(timer);
  }

  it('free their places for others, who are served again', async () => {
    const server = await startTestApp({ MAX_CONNECTIONS: '10' });
    const stop = dribble(opened);
    try {
      await Promise.all(Array.from({ length: 10 }, () => raw(server.url, UNFINISHED)));
      await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
      await eventually(() => expect(opened.every(({ isClosed }) => isClosed)).toBe(true), 15_000);
      for (const { received } of opened) expect(received).toMatch(/^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    } finally {
      stop();
      await server.close();
    }
  });

  /** Node's server with short time-outs, to see what `onClientError` makes of late requests. */
  async function quickServer(
    onClientError: (error: NodeJS.ErrnoException, socket: Socket) => void,
  ): Promise<{ server: Server; url: string; requests: () => number }> {
    let requests = 0;
    const server = createServer(
      { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 },
      (_, response) => {
        requests++;
        response.end();
      },
    );
    server.on('clientError', onClientError);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    return { server, url: `http://127.0.0.1:${port}`, requests: () => requests };
  }

  it('are cut off after the answer, and nothing they send later is carried out', async () => {
    const { server, url, requests } = await quickServer(answerClientError);
    const client = await raw(url, UNFINISHED);
    await eventually(() => expect(client.received).toContain('408'));
    client.say('\r\n');
    await eventually(async () => expect(await connectionsOf(server)).toBe(0));
    expect(requests()).toBe(0);
    server.close();
  });

  it('stay, and are served, if the answer only ends our own side (negative control)', async () => {
    const { server, url, requests } = await quickServer((_error, socket) =>
      socket.end(rawProblem(commonErrors.REQUEST_TIMEOUT())),
    );
    const client = await raw(url, UNFINISHED);
    await eventually(() => expect(client.received).toContain('408'));
    await expect(until(async () => (await connectionsOf(server)) === 0, 2_000)).rejects.toThrow();
    client.say('\r\n');
    await eventually(() => expect(requests()).toBe(1));
    client.close();
    server.close();
  });
});

describe('clients that read slowly', () => {
  const ANSWER = Buffer.alloc(64 * 1024 * 1024, 'x');

  async function largeAnswers(protect: (server: FastifyInstance) => void): Promise<FastifyInstance> {
    const server = fastify();
    protect(server);
    server.get('/', (_, reply) => reply.send(ANSWER));
    await server.listen({ port: 0, host: '127.0.0.1' });
    return server;
  }
  const limits = { graceMs: 300, leastBytesPerSecond: 1024 * 1024 * 1024, lookMs: 50, arrivalMs: 1_000 };
  const urlOf = (server: FastifyInstance) =>
    `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  /** Reads a little now and then, so that the socket is never idle. */
  async function sip(url: string): Promise<{ client: RawSocket; stop: () => void }> {
    const client = await raw(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    client.socket.pause();
    const timer = setInterval(() => client.socket.read(1024), 20);
    return { client, stop: () => clearInterval(timer) };
  }

  it('are cut off', async () => {
    const server = await largeAnswers((it) => boundConnections(it, limits));
    const { stop } = await sip(urlOf(server));
    await eventually(async () => expect(await connectionsOf(server.server)).toBe(0));
    stop();
    await server.close();
  });

  it('do not take those with them who read as fast as they can', async () => {
    const server = await largeAnswers((it) =>
      boundConnections(it, { ...limits, graceMs: 5_000, leastBytesPerSecond: 1024 }),
    );
    const answer = await fetch(urlOf(server));
    expect((await answer.arrayBuffer()).byteLength).toBe(ANSWER.length);
    await server.close();
  });

  it('stay as long as they like otherwise (negative control)', async () => {
    const server = await largeAnswers(() => undefined);
    const { client, stop } = await sip(urlOf(server));
    await eventually(async () => expect(await connectionsOf(server.server)).toBe(1));
    await expect(until(async () => (await connectionsOf(server.server)) === 0, 1_500)).rejects.toThrow();
    stop();
    client.close();
    await server.close();
  });
});

describe('a stop', () => {
  it('is not held up by those who send slowly, keep silent or ignore a good-bye', async () => {
    const database = await createTestDatabase();
    const server = await startServerProcess(database.url, { SHUTDOWN_TIMEOUT_SECONDS: '60' });
    await Promise.all(
      [UNFINISHED, UNFINISHED_BODY, '', handshake(), 'nonsense\r\n\r\n'].flatMap((text) =>
        Array.from({ length: 5 }, () => raw(server.url, text)),
      ),
    );
    const startedAt = performance.now();
    await server.stop();
    // A second for requests that are still arriving; without that limit it takes the whole minute.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await database.drop();
  });
});

describe('realtime connections', () => {
  const PROXY = { TRUSTED_PROXIES: '127.0.0.1' };
  let server: TestApp;
  afterEach(() => server.close());

  const status = ({ received }: RawSocket) => Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1]);
  /** Shakes hands, and resolves with the socket once it was answered. */
  async function shake(headers: Record<string, string> = {}): Promise<RawSocket> {
    const socket = await raw(server.url, handshake(headers));
    await eventually(() => expect(status(socket)).toBeGreaterThan(0));
    return socket;
  }
  const codeOf = ({ received }: RawSocket) =>
    (JSON.parse(received.split('\r\n\r\n')[1] as string) as { code: string }).code;

  it('leave room for requests, however many strangers want one', async () => {
    server = await startTestApp({ ...PROXY, MAX_CONNECTIONS: '20' });
    const listeners = await Promise.all(
      Array.from({ length: 16 }, (_, index) => shake({ 'X-Forwarded-For': `203.0.113.${index}` })),
    );
    expect(listeners.map(status)).toEqual(Array.from({ length: 16 }, () => 101));
    const refused = await shake({ 'X-Forwarded-For': '203.0.113.99' });
    expect([status(refused), codeOf(refused)]).toEqual([503, 'REALTIME_FULL']);
    expect(refused.received).toMatch(/^retry-after: 10\r$/im);
    expect((await fetch(`${server.url}/api/v1/time`)).status).toBe(200);
    listeners[0]?.close();
    await eventually(async () => {
      const next = await shake({ 'X-Forwarded-For': '203.0.113.99' });
      expect(status(next)).toBe(101);
    });
  });

  it('are few per address, whose true one it is that counts', async () => {
    server = await startTestApp({ ...PROXY, REALTIME_CONNECTIONS_PER_ADDRESS: '3' });
    const from = (address: string) => shake({ 'X-Forwarded-For': address });
    for (let index = 0; index < 3; index++) expect(status(await from('2001:db8::1'))).toBe(101);
    // Another address of the same /64 network.
    const refused = await from('2001:db8::2');
    expect([status(refused), codeOf(refused)]).toEqual([429, 'TOO_MANY_CONNECTIONS']);
    expect(status(await from('2001:db8:0:1::1'))).toBe(101);
  });

  it('are counted by the address that connects where no proxy is trusted', async () => {
    server = await startTestApp({ REALTIME_CONNECTIONS_PER_ADDRESS: '3' });
    const statuses = [];
    for (let index = 0; index < 4; index++)
      statuses.push(status(await shake({ 'X-Forwarded-For': `203.0.113.${index}` })));
    expect(statuses).toEqual([101, 101, 101, 429]);
  });

  it('are all taken by one address where it may (negative control)', async () => {
    server = await startTestApp({ MAX_CONNECTIONS: '20', REALTIME_CONNECTIONS_PER_ADDRESS: '1000' });
    const greedy = await Promise.all(Array.from({ length: 16 }, () => shake()));
    expect(greedy.map(status)).toEqual(Array.from({ length: 16 }, () => 101));
    expect(codeOf(await shake())).toBe('REALTIME_FULL');
  });

  it('are opened by our own pages, listed ones and programs, not by pages of others', async () => {
    server = await startTestApp({ ALLOWED_ORIGINS: 'https://partner.example' });
    const from = async (origin: string) => status(await shake({ Origin: origin }));
    for (const origin of ['https://shop.example', 'https://partner.example', 'HTTP://SHOP.EXAMPLE'])
      expect([origin, await from(origin)]).toEqual([origin, 101]);
    expect(status(await shake())).toBe(101);
    for (const origin of [
      'https://evil.example',
      'https://shop.example.evil.example',
      'https://shop.example:8443',
      'http://partner.example',
      'null',
      '',
    ])
      expect([origin, await from(origin)]).toEqual([origin, 403]);
    expect(codeOf(await shake({ Origin: 'https://evil.example' }))).toBe('ORIGIN_NOT_ALLOWED');
  });

  it('are cut off when they greet nobody and ignore the good-bye', async () => {
    server = await startTestApp();
    const silent = await shake();
    // Five seconds for the greeting, two for the good-bye.
    const httpServer = server.app.getHttpServer() as NetServer;
    await eventually(async () => expect(await connectionsOf(httpServer)).toBe(0), 12_000);
    expect(silent.received).toContain('no hello');
  });

  it('are few per user, in whatever tab', async () => {
    server = await startTestApp({ REALTIME_CONNECTIONS_PER_USER: '2' });
    const [ada, bo] = [await registerUser(server), await registerUser(server)];
    const clients: RealtimeClient[] = [];
    const greet = async (token: string) => {
      const client = await RealtimeClient.connect(server.url);
      clients.push(client);
      client.say({ type: 'hello', token });
      return client;
    };
    const isWelcome = (client: RealtimeClient) => client.next(({ type }) => type === 'welcome');
    const first = await greet(ada.token);
    await isWelcome(first);
    await isWelcome(await greet(ada.token));
    expect(await (await greet(ada.token)).closed()).toBe(1013);
    await isWelcome(await greet(bo.token));
    // The same tab may greet again, and a place becomes free when a tab logs out or closes.
    first.messages.length = 0;
    first.say({ type: 'hello', token: ada.token });
    await isWelcome(first);
    first.messages.length = 0;
    first.say({ type: 'hello' });
    await isWelcome(first);
    await isWelcome(await greet(ada.token));
    for (const client of clients) client.close();
  });
});
