import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, createAdmin, type TestUser } from '../support/users.js';

describe('the endpoints of the drop lab', () => {
  let server: TestApp;
  let adminToken: string;

  beforeAll(async () => {
    server = await startTestApp();
    adminToken = (await createAdmin(server)).token;
  });
  afterAll(() => server.close());

  const makeBuyers = (body: object, token = adminToken) =>
    server.http.post('/api/v1/admin/lab/buyers').set('Authorization', `Bearer ${token}`).send(body);
  const buy = (itemId: string, token: string, key = 'k-1') =>
    server.http
      .post(`/api/v1/purchase/${itemId}`)
      .set('Authorization', `Bearer ${token}`)
      .set('Idempotency-Key', key);
  const census = (eventId: string) =>
    server.http.get(`/api/v1/admin/events/${eventId}/census`).set('Authorization', `Bearer ${adminToken}`);
  const orders = (eventId: string, query = '') =>
    server.http
      .get(`/api/v1/admin/events/${eventId}/orders${query}`)
      .set('Authorization', `Bearer ${adminToken}`);

  it('makes buyers who can buy, until their run is retired', async () => {
    const { itemId } = await createDrop(server.database.pool, { stocks: [5] });
    const made = await makeBuyers({ runId: 'run1', count: 3 }).expect(201);
    expect(made.body.buyers).toHaveLength(3);
    expect(new Set(made.body.buyers.map(({ id }: { id: string }) => id)).size).toBe(3);
    const [{ accessToken }] = made.body.buyers;
    await buy(itemId, accessToken).expect(201);

    const retired = await server.http
      .post('/api/v1/admin/lab/buyers/retire')
      .set('Authorization', `Bearer ${adminToken}`)
      .send({ runId: 'run1' })
      .expect(200);
    expect(retired.body).toEqual({ retired: 3 });
    await buy(itemId, accessToken, 'k-2').expect(401);
  });

  it('leaves the buyers of another run alone', async () => {
    const { itemId } = await createDrop(server.database.pool);
    const made = await makeBuyers({ runId: 'run2', count: 1 }).expect(201);
    await makeBuyers({ runId: 'run22', count: 1 }).expect(201);
    await server.http
      .post('/api/v1/admin/lab/buyers/retire')
      .set('Authorization', `Bearer ${adminToken}`)
      .send({ runId: 'run22' })
      .expect(200, { retired: 1 });
    await buy(itemId, made.body.buyers[0].accessToken).expect(201);
  });

  it.each([
    [{ runId: 'run3', count: 5001 }, 'count'],
    [{ runId: 'run3', count: 0 }, 'count'],
    [{ runId: '%', count: 1 }, 'runId'],
    [{ runId: 'run3', count: 1, tokenTtlSeconds: 86_400 }, 'tokenTtlSeconds'],
  ])('refuses %p', async (body, field) => {
    const { body: problem } = await makeBuyers(body).expect(400);
    expect(problem.errors[0].field).toBe(field);
  });

  it('is for admins only', async () => {
    const [{ token: accessToken }] = (await bulkUsers(server, 1)) as [TestUser];
    await makeBuyers({ runId: 'run4', count: 1 }, accessToken).expect(403);
    const { eventId } = await createDrop(server.database.pool);
    await server.http
      .get(`/api/v1/admin/events/${eventId}/census`)
      .set('Authorization', `Bearer ${accessToken}`)
      .expect(403);
  });

  it('counts an event in its census and lists every order, page by page', async () => {
    const { eventId, itemId } = await createDrop(server.database.pool, { stocks: [5] });
    const { buyers } = (await makeBuyers({ runId: 'run5', count: 4 })).body;
    for (const { accessToken } of buyers) await buy(itemId, accessToken).expect(201);
    const { body } = await census(eventId).expect(200);
    expect(body).toMatchObject({
      eventId,
      items: [
        { eventItemId: itemId, stockTotal: 5, stockRemaining: 1, reserved: 4, confirmed: 0, orders: 4 },
      ],
      usersAboveLimit: 0,
      duplicateKeys: 0,
      overdueReservations: { count: 0, oldestSeconds: 0 },
    });
    const listed = [];
    let cursor = '';
    do {
      const page = await orders(eventId, `?limit=3${cursor}`).expect(200);
      listed.push(...page.body.data);
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(listed.map(({ userId }) => userId).sort()).toEqual(
      buyers.map(({ id }: { id: string }) => id).sort(),
    );
    expect(listed[0]).toMatchObject({ eventItemId: itemId, status: 'reserved', idempotencyKey: 'k-1' });
  });

  it('sees what must never be (negative control of the census)', async () => {
    const { pool } = server.database;
    const { eventId, itemId } = await createDrop(pool, { stocks: [5] });
    const { buyers } = (await makeBuyers({ runId: 'run6', count: 1 })).body;
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
       VALUES (gen_random_uuid(), $1, $2, 2, 100, 'USD', now() - interval '10 seconds', now())`,
      [buyers[0].id, itemId],
    );
    const { body } = await census(eventId).expect(200);
    expect(body.usersAboveLimit).toBe(1);
    expect(body.overdueReservations.count).toBe(1);
    expect(body.overdueReservations.oldestSeconds).toBeGreaterThan(9);
    expect(body.items[0]).toMatchObject({ reserved: 2, stockRemaining: 5 });
  });

  it('answers 404 for an event that there is not, and 400 for a cursor of its own making', async () => {
    await census('0193a1c2-7d3e-7000-8000-000000000000').expect(404);
    const { eventId } = await createDrop(server.database.pool);
    await orders(eventId, '?cursor=eA').expect(400);
    await orders(eventId, '?limit=1001').expect(400);
  });

  it('has no bulk buyers where LAB_ENDPOINTS is off, whose census still counts', async () => {
    const other = await startTestApp({ LAB_ENDPOINTS: 'off' }, server.database);
    try {
      const { token: accessToken } = await createAdmin(other);
      const refused = await other.http
        .post('/api/v1/admin/lab/buyers')
        .set('Authorization', `Bearer ${accessToken}`)
        .send({ runId: 'run7', count: 1 })
        .expect(404);
      expect(refused.body.code).toBe('ROUTE_NOT_FOUND');
      const { eventId } = await createDrop(other.database.pool);
      await other.http
        .get(`/api/v1/admin/events/${eventId}/census`)
        .set('Authorization', `Bearer ${accessToken}`)
        .expect(200);
    } finally {
      await other.close();
    }
  });
});
