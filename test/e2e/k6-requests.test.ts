import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, type TestUser } from '../support/users.js';

interface K6Request {
  method: string;
  url: string;
  body: string | null;
  headers: Record<string, string>;
}

type Builders = Record<string, (...args: unknown[]) => K6Request>;

/**
 * Goal: the k6 script stays in step with the API. Method: each of its request builders is sent to the real
 * server, in the order in which the script lives; and the script is searched for builders that there are not.
 */
describe('the k6 script', () => {
  let server: TestApp;
  let admin: TestUser;
  let requests: Builders;
  const sent = new Set<string>();

  beforeAll(async () => {
    server = await startTestApp();
    admin = await createAdmin(server);
    // Plain JavaScript for k6's sake, so it has no types.
    requests = await import('../../lab/k6/requests.js' as string);
  });
  afterAll(() => server.close());

  async function send(name: string, ...args: unknown[]) {
    sent.add(name);
    const { method, url, body, headers } = (requests[name] as Builders[string])(server.url, ...args);
    const response = await fetch(url, { method, body, headers });
    const text = await response.text();
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
  }

  it('sends only what the API takes', async () => {
    const { body: session, status } = await send('login', admin.email, admin.password);
    expect(status).toBe(200);
    const token = session.accessToken;
    const made = await send('makeBuyers', token, 'k6test', 3, 600);
    expect(made.status).toBe(201);
    const [first, second, third] = made.body.buyers as { accessToken: string }[];
    const item = await send('makeItem', token, 'k6 item');
    expect(item.status).toBe(201);
    const drop = await send('makeDrop', token, {
      title: 'k6 drop',
      itemId: item.body.id,
      stock: 2,
      startsAt: new Date(Date.now() - 1000).toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(drop.status).toBe(201);
    const eventItemId = drop.body.items[0].id;
    expect((await send('look', drop.body.id)).body.id).toBe(drop.body.id);
    const bought = await send('purchase', first?.accessToken, eventItemId, 'k6test-0');
    expect(bought.status).toBe(201);
    expect((await send('confirm', first?.accessToken, bought.body.order.id)).status).toBe(200);
    const other = await send('purchase', second?.accessToken, eventItemId, 'k6test-1');
    expect((await send('purchase', third?.accessToken, eventItemId, 'k6test-2')).status).toBe(409);
    expect((await send('cancel', second?.accessToken, other.body.order.id)).status).toBe(200);
    const counted = await send('census', token, drop.body.id);
    expect(counted.body.items[0]).toMatchObject({ confirmed: 1, cancelled: 1, stockRemaining: 1 });
    expect((await send('closeDrop', token, drop.body.id)).status).toBe(200);
    expect(await send('retireBuyers', token, 'k6test')).toEqual({ status: 200, body: { retired: 3 } });

    expect([...sent].sort()).toEqual(Object.keys(requests).sort());
  });

  it('uses only builders that there are', async () => {
    const script = await readFile(join(__dirname, '../../lab/k6/drop.js'), 'utf8');
    const used = [...script.matchAll(/requests\.(\w+)\(/g)].map(([, name]) => name as string);
    expect(used.length).toBeGreaterThan(5);
    for (const name of used) expect(Object.keys(requests)).toContain(name);
  });
});
