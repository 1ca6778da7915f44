import { existsSync } from 'node:fs';
import { demoImageUrl, demoItems } from '../../src/demo/demo-catalog.js';
import { demoLogins, DemoSeed } from '../../src/demo/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const TABLES = ['users', 'item_catalog', 'events', 'event_items', 'orders', 'reviews', 'comments'];

const seed = (server: TestApp) => server.app.get(DemoSeed).seed();

async function counts({ database }: TestApp): Promise<Record<string, number>> {
  const columns = TABLES.map((table) => `(SELECT count(*) FROM ${table})::integer AS ${table}`);
  return (await database.pool.query(`SELECT ${columns.join()}`)).rows[0];
}

/** Two instances on one database seed at once; then one looks as a visitor does. */
describe('the demo', () => {
  let server: TestApp;
  let other: TestApp;

  const get = async (path: string) => (await server.http.get(`/api/v1${path}`).expect(200)).body;
  const login = ({ email, password }: (typeof demoLogins)[number]) =>
    server.http.post('/api/v1/auth/login').send({ email, password }).expect(200);

  beforeAll(async () => {
    server = await startTestApp({ SEED_DEMO: 'on' });
    other = await startTestApp({ SEED_DEMO: 'on' }, server.database);
    await Promise.all([seed(server), seed(other)]);
  });
  afterAll(async () => {
    await other.close();
    await server.close();
  });

  it('is seeded once, however many instances start', async () => {
    expect(await counts(server)).toEqual({
      users: 4,
      item_catalog: 8,
      events: 3,
      event_items: 9,
      orders: 7,
      reviews: 5,
      comments: 5,
    });
  });

  it('has a drop that is live, one that opens in two minutes, and one that is over', async () => {
    const { data } = await get('/events');
    expect(data.map(({ status }: { status: string }) => status)).toEqual(['locked', 'live', 'closed']);
    const opensIn = Date.parse(data[0].startsAt) - Date.parse(data[0].serverTime);
    expect(opensIn).toBeGreaterThan(0);
    expect(opensIn).toBeLessThanOrEqual(120_000);
  });

  it('lets each of its logins in, one of them as an admin', async () => {
    const answers = await Promise.all(demoLogins.map(login));
    const roles = answers.map(({ body }) => body.user.role);
    expect(roles).toEqual(['admin', 'customer', 'customer', 'customer']);
  });

  it('sells', async () => {
    const { data } = await get('/events?status=live');
    const { body } = await login(demoLogins[1] as (typeof demoLogins)[number]);
    await server.http
      .post(`/api/v1/purchase/${data[0].items[0].id}`)
      .set('Authorization', `Bearer ${body.accessToken}`)
      .expect(201);
  });

  it('has a past that adds up: what is gone was sold, to nobody more than allowed', async () => {
    const { rows } = await server.database.pool.query(`
      SELECT i.stock_total - i.stock_remaining AS gone, sum(o.quantity)::integer AS sold,
             bool_and(o.quantity <= i.per_user_limit) AS allowed, count(*) = count(DISTINCT o.user_id) AS once
      FROM event_items i JOIN orders o ON o.event_item_id = i.id AND o.status = 'confirmed'
      GROUP BY i.id`);
    expect(rows).toHaveLength(3);
    for (const { gone, sold, allowed, once } of rows)
      expect([gone, allowed, once]).toEqual([sold, true, true]);
  });

  it('has reviews by buyers and a thread that goes two replies deep', async () => {
    const [past] = (await get('/events?status=closed')).data;
    const { data: threads } = await get(`/reviews/events/${past.id}/comments`);
    expect(threads[1].replies[0].replies[0].author.displayName).toBe('Chidi');
    const summary = await get(`/reviews/items/${past.items[0].itemId}/summary`);
    expect(summary).toMatchObject({ count: 2, average: 4.5 });
  });

  it('keeps what is there when it is started again', async () => {
    const before = await counts(server);
    await seed(server);
    expect(await counts(server)).toEqual(before);
  });

  it('adds a fresh round when nothing is left to buy', async () => {
    await server.database.pool.query(
      `UPDATE events SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days'`,
    );
    expect((await get('/events?status=live')).data).toEqual([]);
    const before = await counts(server);
    await Promise.all([seed(server), seed(other)]);
    expect(await counts(server)).toEqual({
      ...before,
      events: before.events! + 2,
      event_items: before.event_items! + 6,
    });
    const [live] = (await get('/events?status=live')).data;
    const [next] = (await get('/events?status=locked')).data;
    expect([live.title, next.title]).toEqual(['Out the door', 'First light']);
  });

  it('points at pictures that the shop has', () => {
    const missing = demoItems.filter(({ slug }) => !existsSync(`web/public${demoImageUrl(slug)}`));
    expect(missing).toEqual([]);
  });
});

it('is not seeded into a database of one’s own unless asked for', async () => {
  const server = await startTestApp();
  await seed(server);
  expect(Object.values(await counts(server)).every((count) => count === 0)).toBe(true);
  await server.close();
});

it('gets its reviews and comments at a later start when their store was down at the first', async () => {
  const first = await startTestApp({ SEED_DEMO: 'on', MONGO_URI: 'mongodb://127.0.0.1:9' });
  await seed(first);
  expect(await counts(first)).toMatchObject({ events: 3, reviews: 0, comments: 0 });

  const [later, another] = [
    await startTestApp({ SEED_DEMO: 'on' }, first.database),
    await startTestApp({ SEED_DEMO: 'on' }, first.database),
  ];
  await Promise.all([seed(later), seed(another)]);
  const complete = await counts(later);
  expect(complete).toMatchObject({ events: 3, reviews: 5, comments: 5 });
  await seed(another);
  expect(await counts(later)).toEqual(complete);

  await another.close();
  await later.close();
  await first.close();
});
