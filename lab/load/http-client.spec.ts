import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient, parseAnswer } from './http-client.ts';

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

describe('the load’s HTTP client', () => {
  let server: Server;
  let origin: string;
  let open = 0;
  let mostOpen = 0;
  const sockets = new Set<unknown>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      sockets.add(request.socket);
      open++;
      mostOpen = Math.max(mostOpen, open);
      response.on('close', () => open--);
      if (request.url === '/chunked') {
        response.write('one ');
        setImmediate(() => response.end('two'));
      } else if (request.url === '/close') {
        response.setHeader('Connection', 'close');
        response.end('bye');
      } else if (request.url === '/reset') request.socket.destroy();
      else if (request.url === '/silent') return;
      else if (request.url === '/empty') response.writeHead(204).end();
      else response.end(`you asked for ${request.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    sockets.clear();
    mostOpen = 0;
  });

  async function withClient<T>(
    connections: number,
    use: (client: HttpClient) => Promise<T>,
    timeoutMs?: number,
  ) {
    const client = new HttpClient({ origins: [origin], connections, ...(timeoutMs && { timeoutMs }) });
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }

  it('answers each request with its own answer, on few connections that it keeps', async () => {
    await withClient(3, async (client) => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => client.send(GET(`/${index}`))),
      );
      answers.forEach(({ status, body }, index) => {
        expect(status).toBe(200);
        expect(body).toBe(`you asked for /${index}`);
      });
    });
    expect(sockets.size).toBe(3);
    expect(mostOpen).toBeLessThanOrEqual(3);
  });

  it('reads chunked and empty answers, and connects anew after a close', async () => {
    await withClient(1, async (client) => {
      expect((await client.send(GET('/chunked'))).body).toBe('one two');
      expect((await client.send(GET('/empty'))).status).toBe(204);
      expect((await client.send(GET('/close'))).body).toBe('bye');
      expect((await client.send(GET('/after'))).body).toBe('you asked for /after');
    });
    expect(sockets.size).toBe(2);
  });

  it('tells a lost connection, and goes on', async () => {
    await withClient(1, async (client) => {
      const lost = await client.send(GET('/reset'));
      expect(lost.status).toBe(0);
      expect(lost.body).toMatch(/^(ECLOSED|ECONNRESET)$/);
      expect((await client.send(GET('/after'))).status).toBe(200);
    });
  });

  it('gives up on a silent server, and goes on', async () => {
    await withClient(
      1,
      async (client) => {
        expect(await client.send(GET('/silent'))).toMatchObject({ status: 0, body: 'TIMEOUT' });
        expect((await client.send(GET('/after'))).status).toBe(200);
      },
      100,
    );
  });

  it('moves on to another instance when one is gone', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const client = new HttpClient({ origins: [`http://127.0.0.1:${port}`, origin], connections: 1 });
    expect(await client.send(GET('/first'))).toMatchObject({ status: 0, body: 'ECONNREFUSED' });
    expect((await client.send(GET('/second'))).status).toBe(200);
    client.close();
  });

  it('says that an answer is not whole yet', () => {
    expect(parseAnswer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n')).toBeUndefined();
    expect(parseAnswer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd')).toBeUndefined();
    expect(parseAnswer('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde')).toEqual({
      status: 200,
      body: 'abcde',
      closes: false,
    });
    expect(parseAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')).toBeUndefined();
  });
});
