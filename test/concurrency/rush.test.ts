import { randomUUID } from 'node:crypto';
import { newId } from '../../src/platform/values/index.js';
import {
  ClaimsRepository,
  type ClaimDecision,
  type ClaimRequestRow,
} from '../../src/purchase/claims.repository.js';
import { toOrderResponse } from '../../src/purchase/order-view.js';
import { createDrop, statusOf, stockOf } from '../support/drops.js';
import { rush, tally, type Attempt } from '../support/rush.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, type TestUser } from '../support/users.js';

/**
 * Goal: what the shop says yes to exists, exactly once, and never more than there was.
 *
 * Method: two processes of the built application share one database; 500 shoppers, each on a connection of
 * their own, claim 50 units at the same moment, half of them with an idempotency key. What was
 * answered is held against the rows. Then one process is killed in the middle of a rush.
 *
 * Negative control: the same rush against a repository that reads the stock and writes it back
 * oversells, so the test would notice.
 */
describe('a rush on two instances', () => {
  /** Only makes users and tokens, and takes the naive repository; the two processes sell. */
  let server: TestApp;
  let shoppers: TestUser[];

  beforeAll(async () => {
    server = await startTestApp();
    shoppers = await bulkUsers(server, 500);
  });
  afterAll(() => server.close());

  const attempts = (): Attempt[] =>
    shoppers.map((shopper, index) => ({
      shopper,
      ...(index % 2 === 0 && { idempotencyKey: randomUUID() }),
    }));
  const orderIds = async (itemId: string): Promise<Set<string>> => {
    const { rows } = await server.database.pool.query(
      `SELECT id FROM orders WHERE event_item_id = $1 AND status IN ('reserved', 'confirmed')`,
      [itemId],
    );
    return new Set(rows.map(({ id }) => id));
  };
  const granted = (answers: { orderId?: string }[]) =>
    answers.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId]));

  describe('of two processes', () => {
    let instances: ServerProcess[];

    beforeAll(async () => {
      instances = await Promise.all([1, 2].map(() => startServerProcess(server.database.url)));
    });
    afterAll(() => Promise.all(instances.map((instance) => instance.stop())));

    it('sells 50 units to exactly 50 of 500 shoppers and refuses 450 clearly', async () => {
      const { eventId, itemId } = await createDrop(server.database.pool, { stocks: [50] });
      const answers = await rush(
        instances.map(({ url }) => url),
        itemId,
        attempts(),
      );
      expect(tally(answers)).toEqual({ '201': 50, '409 SOLD_OUT': 450 });
      expect(new Set(granted(answers))).toEqual(await orderIds(itemId));
      expect(await stockOf(server.database.pool, itemId)).toBe(0);
      expect(await statusOf(server.database.pool, eventId)).toBe('sold_out');
    });

    it('opens on time: every early shopper is refused, and the drop still sells out', async () => {
      const { itemId } = await createDrop(server.database.pool, {
        stocks: [50],
        status: 'locked',
        startsIn: 0.5,
      });
      const answers = [];
      do answers.push(...(await rush([instances[0]?.url as string], itemId, attempts().slice(0, 100))));
      while (granted(answers).length < 50);
      const { rows } = await server.database.pool.query(
        `SELECT count(*)::integer AS early FROM orders o JOIN event_items i ON i.id = o.event_item_id
         JOIN events e ON e.id = i.event_id WHERE i.id = $1 AND o.created_at < e.starts_at`,
        [itemId],
      );
      expect(rows[0].early).toBe(0);
      expect(tally(answers)).toMatchObject({ '201': 50, '409 EVENT_NOT_LIVE': expect.any(Number) });
    });

    it('lets nobody past their limit, however many of their requests run at once', async () => {
      const { itemId } = await createDrop(server.database.pool, { stocks: [50], perUserLimit: 2 });
      const few = shoppers.slice(0, 10);
      const answers = await rush(
        instances.map(({ url }) => url),
        itemId,
        Array.from({ length: 400 }, (_, index) => ({ shopper: few[index % 10] as TestUser })),
      );
      expect(tally(answers)).toEqual({ '201': 20, '409 PURCHASE_LIMIT_REACHED': 380 });
      expect(await stockOf(server.database.pool, itemId)).toBe(30);
    });

    it('gives one order to a key that is sent to both instances many times at once', async () => {
      const { itemId } = await createDrop(server.database.pool, { stocks: [50], perUserLimit: 9 });
      const few = shoppers.slice(0, 4).map((shopper) => ({ shopper, idempotencyKey: randomUUID() }));
      const answers = await rush(
        instances.map(({ url }) => url),
        itemId,
        Array.from({ length: 200 }, (_, index) => few[index % 4] as Attempt),
      );
      expect(tally(answers)).toEqual({ '201': 200 });
      expect(new Set(granted(answers)).size).toBe(4);
      expect(await stockOf(server.database.pool, itemId)).toBe(46);
    });

    it('fails nobody when shoppers send their keys to many items at once, in any order', async () => {
      const { itemIds } = await createDrop(server.database.pool, {
        stocks: [500, 500, 500, 500],
        perUserLimit: 1,
      });
      const same = shoppers.slice(0, 60).map((shopper) => ({ shopper, idempotencyKey: randomUUID() }));
      const answers = (
        await Promise.all(
          itemIds.map((itemId, index) =>
            rush(
              instances.map(({ url }) => url),
              itemId,
              index % 2 === 0 ? same : same.toReversed(),
            ),
          ),
        )
      ).flat();
      expect(tally(answers)).toEqual({ '201': 60, '422 IDEMPOTENCY_KEY_REUSED': 180 });
      const orders = await Promise.all(itemIds.map(orderIds));
      expect(new Set(granted(answers))).toEqual(new Set(orders.flatMap((ids) => [...ids])));
      for (const [index, itemId] of itemIds.entries())
        expect(await stockOf(server.database.pool, itemId)).toBe(500 - (orders[index]?.size ?? 0));
    });

    it('keeps every order that it acknowledged when an instance is killed in the middle', async () => {
      const victim = await startServerProcess(server.database.url);
      const { itemId } = await createDrop(server.database.pool, { stocks: [100_000], perUserLimit: 1_000 });
      let answered = 0;
      const urls = [victim.url, instances[0]?.url as string];
      const everyone = [...attempts(), ...attempts(), ...attempts(), ...attempts()];
      const answers = await rush(urls, itemId, everyone, {
        connections: 100,
        onAnswer: () => {
          answered += 1;
          if (answered === 300) void victim.kill();
        },
      });
      await victim.kill();

      const stored = await orderIds(itemId);
      const acknowledged = granted(answers);
      const broken = answers.filter(({ status }) => status === 0);
      expect(broken.length).toBeGreaterThan(0);
      expect(acknowledged.length).toBeGreaterThan(300);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      expect(await stockOf(server.database.pool, itemId)).toBe(100_000 - stored.size);

      // Whoever was left without an answer asks again with the key and gets the order that exists, or a new one.
      const keyed = broken.flatMap(({ attempt }) => (attempt.idempotencyKey ? [attempt] : []));
      const retried = await rush([instances[0]?.url as string], itemId, keyed);
      expect(tally(retried)).toEqual(keyed.length > 0 ? { '201': keyed.length } : {});
      const { rows } = await server.database.pool.query(
        `SELECT count(*)::integer AS orders FROM orders WHERE event_item_id = $1 AND idempotency_key = ANY ($2)`,
        [itemId, keyed.map(({ idempotencyKey }) => idempotencyKey)],
      );
      expect(rows[0].orders).toBe(keyed.length);
    });
  });

  it('oversells when the stock is read and written back (negative control)', async () => {
    const instances = [
      await startTestApp({}, server.database, undefined, { isBroken: true }),
      await startTestApp({}, server.database, undefined, { isBroken: true }),
    ] as const;
    for (const { app, database } of instances) {
      app.get(ClaimsRepository).claimOrders = (batch) =>
        Promise.all(
          batch.map(({ key: itemId, requests }) =>
            Promise.all(requests.map((claim) => naiveClaim(database, itemId, claim))),
          ),
        );
    }
    const { itemId } = await createDrop(server.database.pool, { stocks: [50] });
    const answers = await rush(
      instances.map(({ url }) => url),
      itemId,
      attempts(),
    );
    await Promise.all(instances.map((instance) => instance.close()));
    expect(granted(answers).length).toBeGreaterThan(50);
    expect((await orderIds(itemId)).size).toBeGreaterThan(50);
  });
});

/** What many shops do: read the stock, decide, write the order and the new stock. */
async function naiveClaim(
  database: TestApp['database'],
  itemId: string,
  { userId, quantity }: ClaimRequestRow,
): Promise<ClaimDecision> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query('SELECT * FROM event_items WHERE id = $1', [itemId]);
    const [item] = rows;
    const offer = {
      eventId: item.event_id,
      unitPriceMinor: Number(item.price_minor),
      currency: item.currency,
      perUserLimit: item.per_user_limit,
      phase: 'live',
      startsAt: new Date(),
      stockRemaining: item.stock_remaining - quantity,
    };
    if (offer.stockRemaining < 0) {
      await client.query('ROLLBACK');
      return { outcome: 'sold_out', offer };
    }
    const order = {
      id: newId(),
      eventId: item.event_id,
      eventItemId: itemId,
      itemName: '',
      quantity,
      unitPriceMinor: Number(item.price_minor),
      currency: item.currency,
      status: 'reserved' as const,
      reservedUntil: new Date(Date.now() + 60_000),
      createdAt: new Date(),
      confirmedAt: null,
      releaseReason: null,
    };
    await client.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        order.id,
        userId,
        itemId,
        quantity,
        order.unitPriceMinor,
        order.currency,
        order.reservedUntil,
        order.createdAt,
      ],
    );
    await client.query('UPDATE event_items SET stock_remaining = $2 WHERE id = $1', [
      itemId,
      offer.stockRemaining,
    ]);
    await client.query('COMMIT');
    return { outcome: 'granted', offer, order: toOrderResponse(order) };
  } finally {
    client.release();
  }
}
