import { randomUUID } from 'node:crypto';
import { createDrop, makeOverdue, stockOf, type DropOptions } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, type TestUser } from '../support/users.js';

describe('purchases over HTTP', () => {
  let server: TestApp;
  let shoppers: TestUser[];

  beforeAll(async () => {
    server = await startTestApp();
    shoppers = await bulkUsers(server, 4);
  });
  afterAll(() => server.close());

  const shopper = (index: number) => shoppers[index] as TestUser;
  const drop = (options: DropOptions = {}) => createDrop(server.database.pool, options);
  const post = (path: string, who = 0) =>
    server.http.post(`/api/v1/purchase/${path}`).set('Authorization', `Bearer ${shopper(who).token}`);
  const reserve = async (who = 0, options: DropOptions = {}) => {
    const { itemId } = await drop(options);
    return (await post(itemId, who).expect(201)).body.order;
  };

  describe('POST /purchase/{event_item_id}', () => {
    it('answers 201 with the order', async () => {
      const { eventId, itemId } = await drop({ priceMinor: 500, perUserLimit: 2 });
      const { body, headers } = await post(itemId).send({ quantity: 2 }).expect(201);
      expect(body).toEqual({
        order: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          eventId,
          eventItemId: itemId,
          itemName: 'Item 1',
          quantity: 2,
          unitPrice: { amount: 500, currency: 'USD' },
          total: { amount: 1000, currency: 'USD' },
          status: 'reserved',
          reservedUntil: expect.stringMatching(/Z$/),
          createdAt: expect.stringMatching(/Z$/),
          confirmedAt: null,
          releaseReason: null,
        },
      });
      expect(headers).not.toHaveProperty('idempotency-replayed');
    });

    it('takes one unit when no quantity is given, with or without a body', async () => {
      const { itemId } = await drop({ perUserLimit: 5 });
      expect((await post(itemId).expect(201)).body.order.quantity).toBe(1);
      expect((await post(itemId).send({}).expect(201)).body.order.quantity).toBe(1);
    });

    it.each([
      [{ quantity: 0 }, 'quantity'],
      [{ quantity: 101 }, 'quantity'],
      [{ quantity: 1.5 }, 'quantity'],
      [{ quantity: '1' }, 'quantity'],
      [{ quantity: null }, 'quantity'],
      [{ quantity: 1, price: 0 }, 'price'],
      [{ price: null }, 'price'],
      [{ price: [] }, 'price'],
      [{ price: { currency: 'USD' } }, 'price.amount'],
      [{ price: { amount: -1, currency: 'USD' } }, 'price.amount'],
      [{ price: { amount: 100_000_000_001, currency: 'USD' } }, 'price.amount'],
      [{ price: { amount: 1.5, currency: 'USD' } }, 'price.amount'],
      [{ price: { amount: 1 } }, 'price.currency'],
      [{ price: { amount: 1, currency: 'usd' } }, 'price.currency'],
      [{ price: { amount: 1, currency: "','" } }, 'price.currency'],
      [{ price: { amount: 1, currency: 'USD', tax: 1 } }, 'price.tax'],
      [{ qty: 1 }, 'qty'],
    ])('refuses the body %j and names the field', async (body, field) => {
      const { itemId } = await drop();
      const response = await post(itemId).send(body).expect(400);
      expect(response.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });

    it('refuses broken JSON and what is no object', async () => {
      const { itemId } = await drop();
      const raw = (body: string) => post(itemId).set('Content-Type', 'application/json').send(body);
      expect((await raw('{"quantity":').expect(400)).body.code).toBe('MALFORMED_JSON');
      expect((await raw('[1]')).status).toBe(400);
      expect((await raw('"1"')).status).toBe(400);
    });

    it('needs a token', async () => {
      const { itemId } = await drop();
      await server.http.post(`/api/v1/purchase/${itemId}`).expect(401);
    });

    it('answers 409 SOLD_OUT when nothing is left', async () => {
      const { itemId } = await drop({ stocks: [1] });
      await post(itemId, 0).expect(201);
      expect((await post(itemId, 1).expect(409)).body).toMatchObject({ code: 'SOLD_OUT', status: 409 });
    });

    it('answers 409 EVENT_NOT_LIVE with the phase and the start', async () => {
      const { itemId } = await drop({ status: 'locked', startsIn: 600 });
      const { body } = await post(itemId).expect(409);
      expect(body).toMatchObject({ code: 'EVENT_NOT_LIVE', phase: 'locked' });
      expect(Date.parse(body.startsAt)).toBeGreaterThan(Date.now());
    });

    it('answers 409 PURCHASE_LIMIT_REACHED with the limit', async () => {
      const { itemId } = await drop({ perUserLimit: 1 });
      await post(itemId).expect(201);
      const { body } = await post(itemId).expect(409);
      expect(body).toMatchObject({ code: 'PURCHASE_LIMIT_REACHED', perUserLimit: 1 });
    });

    it('sells at the price that the shopper saw, and answers 409 PRICE_CHANGED with both at another', async () => {
      const { itemId } = await drop({ priceMinor: 500, perUserLimit: 2 });
      const seen = (amount: number, currency = 'USD', key = 'price') =>
        post(itemId)
          .set('Idempotency-Key', `${itemId} ${key}`.replace(' ', '-'))
          .send({ price: { amount, currency } });
      expect((await seen(400).expect(409)).body).toMatchObject({
        code: 'PRICE_CHANGED',
        expected: { amount: 400, currency: 'USD' },
        actual: { amount: 500, currency: 'USD' },
      });
      expect((await seen(500, 'EUR').expect(409)).body.code).toBe('PRICE_CHANGED');
      const { body } = await seen(500).expect(201);
      expect(body.order.unitPrice).toEqual({ amount: 500, currency: 'USD' });
      // The key has its order now, and finds it whatever price is named.
      const replay = await seen(400).expect(201);
      expect([replay.body, replay.headers['idempotency-replayed']]).toEqual([body, 'true']);
    });

    it('answers 409 HOLD_LIMIT_REACHED with the time from which on the item may be held again', async () => {
      const { itemId } = await drop();
      for (let round = 0; round < 3; round += 1) {
        const { order } = (await post(itemId).expect(201)).body;
        await post(`${order.id}/cancel`).expect(200);
      }
      const { body, headers } = await post(itemId).expect(409);
      expect(body.code).toBe('HOLD_LIMIT_REACHED');
      const wait = (Date.parse(body.holdsAgainAt) - Date.now()) / 1000;
      expect(wait).toBeGreaterThan(3_500);
      expect(wait).toBeLessThanOrEqual(3_600);
      expect(Math.abs(Number(headers['retry-after']) - wait)).toBeLessThan(5);
      await post(itemId, 1).expect(201);
    });

    it('answers 404 to an unknown id and 400 to what is none', async () => {
      expect((await post(randomUUID()).expect(404)).body.code).toBe('EVENT_ITEM_NOT_FOUND');
      expect((await post('not-an-id').expect(400)).body.code).toBe('INVALID_ID');
    });

    it('answers a repeated key with the same order and says so', async () => {
      const { itemId } = await drop({ perUserLimit: 5 });
      const key = randomUUID();
      const first = await post(itemId).set('Idempotency-Key', key).expect(201);
      const second = await post(itemId).set('Idempotency-Key', key).expect(201);
      expect(second.body).toEqual(first.body);
      expect(second.headers['idempotency-replayed']).toBe('true');
      const other = await post(itemId).set('Idempotency-Key', key).send({ quantity: 2 }).expect(422);
      expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
      const otherShopper = await post(itemId, 1).set('Idempotency-Key', key).expect(201);
      expect(otherShopper.headers).not.toHaveProperty('idempotency-replayed');
    });

    it.each(['', 'with space', 'x'.repeat(201), 'ümlaut'.normalize()])('refuses the key %j', async (key) => {
      const { itemId } = await drop();
      const { body } = await post(itemId)
        .set('Idempotency-Key', Buffer.from(key, 'utf8').toString('latin1'))
        .expect(400);
      expect(body.code).toBe('IDEMPOTENCY_KEY_INVALID');
    });
  });

  describe('POST /purchase/{order_id}/confirm and /cancel', () => {
    it('confirms once', async () => {
      const order = await reserve();
      const { body } = await post(`${order.id}/confirm`).expect(200);
      expect(body).toEqual({
        order: { ...order, status: 'confirmed', confirmedAt: expect.stringMatching(/Z$/) },
      });
      // Whose first answer was lost sends it again, and is told the same.
      expect((await post(`${order.id}/confirm`).expect(200)).body).toEqual(body);
      expect((await post(`${order.id}/cancel`).expect(409)).body.code).toBe('ORDER_NOT_RESERVED');
    });

    it('cancels once and gives the unit back', async () => {
      const order = await reserve(0, { stocks: [1] });
      const { body } = await post(`${order.id}/cancel`).expect(200);
      expect(body).toEqual({ order: { ...order, status: 'cancelled', releaseReason: 'shopper' } });
      expect((await post(`${order.id}/cancel`).expect(200)).body).toEqual(body);
      expect(await stockOf(server.database.pool, order.eventItemId)).toBe(1);
      expect((await post(`${order.id}/confirm`).expect(409)).body.code).toBe('ORDER_NOT_RESERVED');
      await post(order.eventItemId, 1).expect(201);
    });

    it('resolves many at once, each with its own answer', async () => {
      const { itemId } = await drop({ stocks: [20], perUserLimit: 20 });
      const ids: string[] = [];
      for (let count = 0; count < 8; count += 1)
        ids.push((await post(itemId, count % 2).expect(201)).body.order.id);
      await makeOverdue(server.database.pool, ids[0] as string);
      const answers = await Promise.all([
        ...ids.map((id) => post(`${id}/confirm`)),
        post(`${ids[2]}/confirm`),
        post(`${randomUUID()}/confirm`),
      ]);
      const told = answers.map(({ status, body }) => [
        status,
        body.order?.id,
        body.order?.status ?? body.code,
      ]);
      const [overdue, ...inTime] = ids.map((id, index) => [index % 2 === 0, id] as const);
      expect(told).toEqual([
        [409, overdue?.[1], expect.stringMatching(/^(reserved|expired)$/)],
        ...inTime.map(([mine, id]) => (mine ? [200, id, 'confirmed'] : [404, undefined, 'ORDER_NOT_FOUND'])),
        [200, ids[2], 'confirmed'],
        [404, undefined, 'ORDER_NOT_FOUND'],
      ]);
    });

    it.each(['confirm', 'cancel'])(
      'answers %s 409 RESERVATION_EXPIRED when its time is over',
      async (act) => {
        const order = await reserve();
        await makeOverdue(server.database.pool, order.id);
        expect((await post(`${order.id}/${act}`).expect(409)).body.code).toBe('RESERVATION_EXPIRED');
      },
    );

    it.each(['confirm', 'cancel'])("answers %s of another shopper's order 404", async (act) => {
      const order = await reserve(0);
      expect((await post(`${order.id}/${act}`, 1).expect(404)).body.code).toBe('ORDER_NOT_FOUND');
      expect((await post(`${randomUUID()}/${act}`).expect(404)).body.code).toBe('ORDER_NOT_FOUND');
      expect((await post(`nonsense/${act}`).expect(400)).body.code).toBe('INVALID_ID');
      await server.http.post(`/api/v1/purchase/${order.id}/${act}`).expect(401);
    });

    it('refuses to confirm in an event that was closed by force', async () => {
      const order = await reserve();
      await server.database.pool.query(
        `UPDATE events SET status = 'closed', force_closed_at = now() WHERE id = $1`,
        [order.eventId],
      );
      expect((await post(`${order.id}/confirm`).expect(409)).body.code).toBe('ORDER_NOT_RESERVED');
    });
  });

  describe('GET /profile/orders', () => {
    const listed = (order: object) => ({ ...order, eventTitle: 'Drop' });
    const list = (who: number, query = '') =>
      server.http.get(`/api/v1/profile/orders${query}`).set('Authorization', `Bearer ${shopper(who).token}`);

    it('pages through the own orders, newest first', async () => {
      const orders = [];
      for (let count = 0; count < 3; count += 1) orders.unshift(await reserve(3));
      const first = await list(3, '?limit=2').expect(200);
      expect(first.body).toEqual({ data: orders.slice(0, 2).map(listed), nextCursor: expect.any(String) });
      const second = await list(3, `?limit=2&cursor=${first.body.nextCursor}`).expect(200);
      expect(second.body).toEqual({ data: orders.slice(2).map(listed), nextCursor: null });
    });

    it('lists those in one event alone, and nobody else’s', async () => {
      const [here, there] = [await drop({ perUserLimit: 2 }), await drop()];
      const buy = async (who: number, itemId: string) =>
        (await post(itemId, who).expect(201)).body.order as { id: string };
      const first = await buy(2, here.itemId);
      await buy(2, there.itemId);
      const second = await buy(2, here.itemId);
      await buy(1, here.itemId);

      const query = `?limit=1&eventId=${here.eventId.toUpperCase()}`;
      const newest = await list(2, query).expect(200);
      expect(newest.body).toEqual({ data: [listed(second)], nextCursor: expect.any(String) });
      const oldest = await list(2, `${query}&cursor=${newest.body.nextCursor}`).expect(200);
      expect(oldest.body).toEqual({ data: [listed(first)], nextCursor: null });
      expect((await list(0, query).expect(200)).body).toEqual({ data: [], nextCursor: null });
      expect((await list(2, `?eventId=${randomUUID()}`).expect(200)).body.data).toEqual([]);
    });

    it('lists standing orders by themselves, however many were cancelled since', async () => {
      const { itemId, eventId } = await drop({ perUserLimit: 2 });
      const kept = (await post(itemId, 1).expect(201)).body.order as { id: string };
      const given: object[] = [];
      for (let count = 0; count < 3; count++) {
        const { id } = (await post(itemId, 1).expect(201)).body.order as { id: string };
        given.unshift(listed((await post(`${id}/cancel`, 1).expect(200)).body.order as object));
      }
      expect((await list(1, `?limit=1&eventId=${eventId}`)).body.data).toEqual([given[0]]);
      const standing = await list(1, `?limit=1&eventId=${eventId}&standing=true`).expect(200);
      expect(standing.body).toEqual({ data: [listed(kept)], nextCursor: null });
      const fallen = await list(1, `?eventId=${eventId}&standing=false`).expect(200);
      expect(fallen.body.data).toEqual(given);
      for (const wrong of ['', '1', 'yes'])
        expect((await list(1, `?standing=${wrong}`).expect(400)).body.code).toBe('VALIDATION_FAILED');
    });

    it('refuses a wrong limit, a wrong event, a wrong cursor and strangers', async () => {
      await list(3, '?limit=0').expect(400);
      for (const eventId of ['', 'nonsense', "'%20OR%20true"])
        expect((await list(3, `?eventId=${eventId}`).expect(400)).body.code).toBe('VALIDATION_FAILED');
      expect((await list(3, '?cursor=nonsense').expect(400)).body.code).toBe('INVALID_CURSOR');
      await server.http.get('/api/v1/profile/orders').expect(401);
    });
  });

  describe('GET /profile/orders/{id}', () => {
    const read = (orderId: string, who = 0) =>
      server.http
        .get(`/api/v1/profile/orders/${orderId}`)
        .set('Authorization', `Bearer ${shopper(who).token}`);

    it('answers an own order as the history has it, whatever became of it', async () => {
      const order = await reserve();
      expect((await read(order.id).expect(200)).body).toEqual(order);
      expect((await read(order.id.toUpperCase()).expect(200)).body).toEqual(order);
      const confirmed = (await post(`${order.id}/confirm`).expect(200)).body.order;
      expect((await read(order.id).expect(200)).body).toEqual(confirmed);
    });

    it("answers another shopper's order like one that does not exist", async () => {
      const order = await reserve(0);
      const [others, nobodys] = [await read(order.id, 1).expect(404), await read(randomUUID()).expect(404)];
      expect(others.body).toEqual({ ...nobodys.body, instance: `/api/v1/profile/orders/${order.id}` });
      expect(others.body.code).toBe('ORDER_NOT_FOUND');
    });

    it('refuses what is no id, and strangers', async () => {
      expect((await read('nonsense').expect(400)).body.code).toBe('INVALID_ID');
      await server.http.get(`/api/v1/profile/orders/${randomUUID()}`).expect(401);
    });
  });

  it('answers 503 with Retry-After when too many purchases wait', async () => {
    const small = await startTestApp({ CLAIM_QUEUE_LIMIT: '1' }, server.database);
    const { itemId } = await drop();
    const blocker = await server.database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM event_items WHERE id = $1 FOR UPDATE', [itemId]);
    const attempt = (who: number) =>
      small.http
        .post(`/api/v1/purchase/${itemId}`)
        .set('Authorization', `Bearer ${shopper(who).token}`)
        .then((response) => response);
    const refused = await Promise.race([attempt(0), attempt(1), attempt(2)]);
    expect(refused.status).toBe(503);
    expect(refused.body.code).toBe('CLAIM_QUEUE_FULL');
    expect(refused.headers['retry-after']).toBe('1');
    await blocker.query('ROLLBACK');
    blocker.release();
    await small.close();
  });

  it('limits how often a shopper may try', async () => {
    const limited = await startTestApp(
      { RATE_LIMITS: 'on', RATE_LIMIT_PURCHASE_PER_MINUTE: '2' },
      server.database,
    );
    const { itemId } = await drop({ perUserLimit: 9 });
    const attempt = (who: number) =>
      limited.http.post(`/api/v1/purchase/${itemId}`).set('Authorization', `Bearer ${shopper(who).token}`);
    await attempt(0).expect(201);
    await attempt(0).expect(201);
    const { body, headers } = await attempt(0).expect(429);
    expect(body.code).toBe('RATE_LIMITED');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await attempt(1).expect(201);
    await limited.close();
  });
});
