import { commonErrors } from '../../src/platform/errors/common.errors.js';
import { Database } from '../../src/platform/database/index.js';
import { EventsService } from '../../src/events/index.js';
import { ClaimService, OrdersService, SalesFigures } from '../../src/purchase/index.js';
import {
  claimsThatWaitForALock,
  createDrop,
  createShoppers,
  makeOverdue,
  statusOf,
  stockOf,
  whileItemLocked,
} from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/wait.js';

/** What purchases do when a lock is held too long or connections are lost, and what is made up for later. */
describe('purchases when things break', () => {
  let server: TestApp;
  let claims: ClaimService;
  let shoppers: string[];

  beforeAll(async () => {
    server = await startTestApp();
    claims = server.app.get(ClaimService);
    shoppers = await createShoppers(server.database.pool, 3);
  });
  afterAll(() => server.close());

  const claim = (eventItemId: string, who = 0, idempotencyKey?: string) =>
    orderOf(claims.claim({ userId: shoppers[who] as string, eventItemId, quantity: 1, idempotencyKey }));
  const terminate = (applicationName: string) =>
    server.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1`,
      [applicationName],
    );

  it('tells every caller of a batch whose connection broke that its fate is unknown, and sells on', async () => {
    const { itemId } = await createDrop(server.database.pool);
    await whileItemLocked(server.database.pool, itemId, async () => {
      const attempt = claim(itemId, 0, 'lost');
      const seen = expect(attempt).rejects.toMatchObject({
        code: 'CLAIM_UNCERTAIN',
        details: { retryAfterSeconds: 1, detail: expect.stringContaining('Idempotency-Key') },
      });
      await until(async () => (await claimsThatWaitForALock(server.database.pool)) > 0, 5_000);
      await terminate('swiftdrop-claims');
      await seen;
    });
    expect((await claim(itemId, 0, 'lost')).replayed).toBe(false);
    expect(await stockOf(server.database.pool, itemId)).toBe(9);
  });

  it('answers 503 within the lock time-out when the item is stuck, and sells nothing', async () => {
    const { itemId } = await createDrop(server.database.pool);
    await whileItemLocked(server.database.pool, itemId, async () => {
      await expect(claim(itemId)).rejects.toMatchObject({ code: '55P03' });
    });
    expect(await stockOf(server.database.pool, itemId)).toBe(10);
    expect((await claim(itemId)).order.status).toBe('reserved');
  });

  it('says that the database is away when no connection can be had', async () => {
    const { itemId } = await createDrop(server.database.pool);
    const away = await startTestApp({}, server.database);
    const { claims: pool } = away.app.get(Database);
    // A port on which nobody listens.
    pool.options.port = 1;
    pool.options.connectionString = undefined;
    await expect(
      orderOf(
        away.app.get(ClaimService).claim({ userId: shoppers[0] as string, eventItemId: itemId, quantity: 1 }),
      ),
    ).rejects.toMatchObject({ code: commonErrors.DATABASE_UNAVAILABLE().code });
    await away.close();
  });

  it('expires on after all of its connections were lost', async () => {
    const { itemId } = await createDrop(server.database.pool, { stocks: [1] });
    const { order } = await claim(itemId);
    await terminate('swiftdrop');
    await makeOverdue(server.database.pool, order.id);
    await until(async () => (await stockOf(server.database.pool, itemId)) === 1, 2_000);
  });

  it('expires more than one batch at once', async () => {
    const { eventId, itemIds } = await createDrop(server.database.pool, {
      stocks: [2_000],
      perUserLimit: 2_000,
    });
    const itemId = itemIds[0] as string;
    await server.database.pool.query(
      `WITH sold AS (UPDATE event_items SET stock_remaining = 0 WHERE id = $1)
       INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
       SELECT gen_random_uuid(), $2, $1, 1, 100, 'USD', now(), now() FROM generate_series(1, 2000)`,
      [itemId, shoppers[0]],
    );
    await server.database.pool.query(`UPDATE events SET status = 'sold_out' WHERE id = $1`, [eventId]);
    await until(async () => (await stockOf(server.database.pool, itemId)) === 2_000, 5_000);
    expect(await statusOf(server.database.pool, eventId)).toBe('live');
  });

  it('releases the reservations of an event that an instance without workers closed', async () => {
    const { eventId, itemId } = await createDrop(server.database.pool, { stocks: [2] });
    const kept = await claim(itemId, 1);
    await server.app.get(OrdersService).confirm(shoppers[1] as string, kept.order.id);
    await claim(itemId, 2);
    const api = await startTestApp({ ROLE: 'api' }, server.database);
    await api.app
      .get(Database)
      .transaction((transaction) =>
        api.app.get(EventsService).forceClose(transaction, eventId, shoppers[0] as string),
      );
    await api.close();
    await until(async () => (await stockOf(server.database.pool, itemId)) === 1, 5_000);
    const { rows } = await server.database.pool.query(
      `SELECT status, release_reason FROM orders WHERE event_item_id = $1 ORDER BY status`,
      [itemId],
    );
    expect(rows).toEqual([
      { status: 'cancelled', release_reason: 'event_closed' },
      { status: 'confirmed', release_reason: null },
    ]);
    expect(await statusOf(server.database.pool, eventId)).toBe('closed');
  });

  describe('SalesFigures', () => {
    it('adds up units, revenue and the rate of each event', async () => {
      const { pool } = server.database;
      const sold = await createDrop(pool, { stocks: [10, 5], perUserLimit: 5, priceMinor: 200 });
      const idle = await createDrop(pool, { stocks: [7] });
      const buy = (item: number, quantity: number) =>
        orderOf(
          claims.claim({
            userId: shoppers[0] as string,
            eventItemId: sold.itemIds[item] as string,
            quantity,
          }),
        );
      const orders = server.app.get(OrdersService);
      await orders.confirm(shoppers[0] as string, (await buy(0, 2)).order.id);
      await orders.confirm(shoppers[0] as string, (await buy(1, 1)).order.id);
      await orders.cancel(shoppers[0] as string, (await buy(1, 4)).order.id);
      await buy(0, 3);
      const figures = await server.app.get(SalesFigures).forEvents([sold.eventId, idle.eventId]);
      expect(figures.get(sold.eventId)).toEqual({
        stockTotal: 15,
        stockRemaining: 9,
        reserved: 3,
        confirmed: 3,
        revenue: [{ amount: 600, currency: 'USD' }],
        ordersPerSecond: 0.4,
      });
      expect(figures.get(idle.eventId)).toEqual({
        stockTotal: 7,
        stockRemaining: 7,
        reserved: 0,
        confirmed: 0,
        revenue: [],
        ordersPerSecond: 0,
      });
    });
  });
});
