import { ClaimService, OrdersService } from '../../src/purchase/index.js';
import {
  claimsThatWaitForALock,
  createDrop,
  createShoppers,
  makeOverdue,
  statusOf,
  stockOf,
  whileItemLocked,
  type TestDrop,
} from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { waitFor } from '../support/wait.js';

/** The rules of a claim, alone and within a batch, against the real database function. */
describe('claims', () => {
  let server: TestApp;
  let claims: ClaimService;
  let orders: OrdersService;
  let shoppers: string[];

  beforeAll(async () => {
    server = await startTestApp();
    claims = server.app.get(ClaimService);
    orders = server.app.get(OrdersService);
    shoppers = await createShoppers(server.database.pool, 30);
  });
  afterAll(() => server.close());

  const shopper = (index: number) => shoppers[index] as string;
  const claim = (drop: TestDrop, who: number, quantity = 1, idempotencyKey?: string) =>
    orderOf(claims.claim({ userId: shopper(who), eventItemId: drop.itemId, quantity, idempotencyKey }));
  const codeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      (answer) => ((answer as { replayed: boolean }).replayed ? 'REPLAYED' : 'GRANTED'),
      (error: { code: string }) => error.code,
    );
  /** Codes of claims that were decided in one batch: what is asked for at once goes together. */
  const batch = async (drop: TestDrop, attempts: [who: number, quantity?: number, key?: string][]) => {
    const sizes: number[] = [];
    const stop = claims.onBatch((report) => sizes.push(report.claims));
    const codes = await Promise.all(attempts.map((attempt) => codeOf(claim(drop, ...attempt))));
    stop();
    expect(sizes).toEqual([attempts.length]);
    return codes;
  };
  const drop = (options = {}) => createDrop(server.database.pool, options);
  const stock = ({ itemId }: TestDrop) => stockOf(server.database.pool, itemId);
  const status = ({ eventId }: TestDrop) => statusOf(server.database.pool, eventId);

  it('reserves units and tells all of the order', async () => {
    const live = await drop({ stocks: [10], perUserLimit: 3, reservationTtlSeconds: 60 });
    const { order, replayed } = await claim(live, 0, 2);
    expect(replayed).toBe(false);
    expect(order).toEqual({
      id: expect.any(String),
      eventId: live.eventId,
      eventItemId: live.itemId,
      itemName: 'Item 1',
      quantity: 2,
      unitPrice: { amount: 12_900, currency: 'USD' },
      total: { amount: 25_800, currency: 'USD' },
      status: 'reserved',
      reservedUntil: expect.any(String),
      createdAt: expect.any(String),
      confirmedAt: null,
      releaseReason: null,
    });
    expect(Date.parse(order.reservedUntil) - Date.parse(order.createdAt)).toBe(60_000);
    expect(await stock(live)).toBe(8);
    const history = await orders.history(shopper(0), { limit: 1 });
    expect(history.data).toEqual([{ ...order, eventTitle: 'Drop' }]);
  });

  it('refuses an item that does not exist', async () => {
    expect(await codeOf(claim({ eventId: '', itemIds: [], itemId: shopper(0) }, 0))).toBe(
      'EVENT_ITEM_NOT_FOUND',
    );
  });

  it('refuses a user who does not exist or is inactive, and nobody else in the batch', async () => {
    const live = await drop();
    const [inactive] = await createShoppers(server.database.pool, 1);
    await server.database.pool.query('UPDATE users SET active = false WHERE id = $1', [inactive]);
    shoppers.push(inactive as string, live.itemId);
    expect(await batch(live, [[0], [30], [31], [1]])).toEqual([
      'GRANTED',
      'ACCOUNT_NOT_ACTIVE',
      'ACCOUNT_NOT_ACTIVE',
      'GRANTED',
    ]);
  });

  it('sells by the database clock, whatever the status column says yet', async () => {
    expect(await codeOf(claim(await drop({ status: 'locked', startsIn: 60 }), 0))).toBe('EVENT_NOT_LIVE');
    expect(await codeOf(claim(await drop({ status: 'locked', startsIn: -1 }), 0))).toBe('GRANTED');
    expect(await codeOf(claim(await drop({ status: 'live', endsIn: -1 }), 0))).toBe('EVENT_NOT_LIVE');
    expect(await codeOf(claim(await drop({ status: 'live', startsIn: 60 }), 0))).toBe('GRANTED');
    expect(await codeOf(claim(await drop({ status: 'closed' }), 0))).toBe('EVENT_NOT_LIVE');
  });

  describe('within one batch', () => {
    it('grants in the order of arrival until nothing is left, and the event is sold out', async () => {
      const live = await drop({ stocks: [2] });
      expect(await batch(live, [[0], [1], [2]])).toEqual(['GRANTED', 'GRANTED', 'SOLD_OUT']);
      expect(await stock(live)).toBe(0);
      expect(await status(live)).toBe('sold_out');
    });

    it('passes over a claim for more than is left and serves a smaller one behind it', async () => {
      const live = await drop({ stocks: [5], perUserLimit: 9 });
      expect(await batch(live, [[0, 3], [1, 3], [2, 2], [3]])).toEqual([
        'GRANTED',
        'SOLD_OUT',
        'GRANTED',
        'SOLD_OUT',
      ]);
      expect(await stock(live)).toBe(0);
    });

    it('counts what a user was granted earlier in the batch, and only that', async () => {
      const live = await drop({ stocks: [10], perUserLimit: 3 });
      expect(
        await batch(live, [
          [0, 2],
          [0, 2],
          [0, 1],
          [1, 3],
          [0, 1],
        ]),
      ).toEqual(['GRANTED', 'PURCHASE_LIMIT_REACHED', 'GRANTED', 'GRANTED', 'PURCHASE_LIMIT_REACHED']);
      expect(await stock(live)).toBe(4);
    });

    it('answers a repeated key with the first order, and another quantity with a refusal', async () => {
      const live = await drop({ stocks: [10], perUserLimit: 9 });
      expect(
        await batch(live, [
          [0, 1, 'twin'],
          [0, 1, 'twin'],
          [0, 2, 'twin'],
          [1, 1, 'twin'],
          [0, 1, 'twin'],
        ]),
      ).toEqual(['GRANTED', 'REPLAYED', 'IDEMPOTENCY_KEY_REUSED', 'GRANTED', 'REPLAYED']);
      expect(await stock(live)).toBe(8);
    });

    it('gives a key that was refused another chance', async () => {
      const live = await drop({ stocks: [10], perUserLimit: 2 });
      expect(
        await batch(live, [
          [3, 3, 'again'],
          [3, 2, 'again'],
          [3, 2, 'again'],
        ]),
      ).toEqual(['PURCHASE_LIMIT_REACHED', 'GRANTED', 'REPLAYED']);
    });
  });

  it('replays a key with the order as it is now, even when nothing is left or the event is over', async () => {
    const live = await drop({ stocks: [1] });
    const first = await claim(live, 4, 1, 'once');
    await orders.confirm(shopper(4), first.order.id);
    await server.database.pool.query(`UPDATE events SET status = 'closed' WHERE id = $1`, [live.eventId]);
    const second = await claim(live, 4, 1, 'once');
    expect(second.replayed).toBe(true);
    expect(second.order).toEqual({
      ...first.order,
      status: 'confirmed',
      confirmedAt: expect.any(String),
    });
    expect(await codeOf(claim(live, 4, 2, 'once'))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await codeOf(claim(await drop(), 4, 1, 'once'))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await codeOf(claim(live, 5, 1, 'once'))).toBe('EVENT_NOT_LIVE');
  });

  it('counts reserved and confirmed orders against the limit, and not released ones', async () => {
    const live = await drop({ perUserLimit: 1 });
    const first = await claim(live, 6);
    expect(await codeOf(claim(live, 6))).toBe('PURCHASE_LIMIT_REACHED');
    await orders.cancel(shopper(6), first.order.id);
    const second = await claim(live, 6);
    await orders.confirm(shopper(6), second.order.id);
    expect(await codeOf(claim(live, 6))).toBe('PURCHASE_LIMIT_REACHED');
  });

  describe('of an account that lets the last unit go and takes it again', () => {
    /** Rounds in which the account kept the unit from those who ask for it all the time. */
    const roundsKept = async (instance: TestApp) => {
      const [service, resolver] = [instance.app.get(ClaimService), instance.app.get(OrdersService)];
      const { itemId } = await drop({ stocks: [1] });
      const ask = (who: number) =>
        orderOf(service.claim({ userId: shopper(who), eventItemId: itemId, quantity: 1 }));
      for (let round = 0; round < 10; round += 1) {
        // The account knows when it lets go, so it is always the first to ask.
        const mine = await ask(20).catch(() => undefined);
        if (!mine) return (await codeOf(ask(21))) === 'GRANTED' ? round : -1;
        expect(await codeOf(ask(21))).toBe('SOLD_OUT');
        await resolver.cancel(shopper(20), mine.order.id);
      }
      return 10;
    };

    it('gives others their turn', async () => {
      expect(await roundsKept(server)).toBe(3);
    });

    it('would keep it for ever without the limit (negative control)', async () => {
      const unlimited = await startTestApp({ HOLD_RELEASE_LIMIT: '0' }, server.database);
      expect(await roundsKept(unlimited)).toBe(10);
      await unlimited.close();
    });

    it('counts what ran out as well, and forgets both when the window has passed', async () => {
      const live = await drop({ perUserLimit: 9 });
      for (let round = 0; round < 3; round += 1) {
        const { order } = await claim(live, 22);
        await makeOverdue(server.database.pool, order.id);
        await orders.expireDue();
      }
      expect(await codeOf(claim(live, 22))).toBe('HOLD_LIMIT_REACHED');
      expect(await batch(live, [[22], [23]])).toEqual(['HOLD_LIMIT_REACHED', 'GRANTED']);
      expect(await codeOf(claim(await drop(), 22))).toBe('GRANTED');
      await server.database.pool.query(
        `UPDATE orders SET released_at = released_at - interval '1 hour' WHERE user_id = $1`,
        [shopper(22)],
      );
      expect(await codeOf(claim(live, 22))).toBe('GRANTED');
    });

    it('does not count what closing an event gave back', async () => {
      const live = await drop({ perUserLimit: 9 });
      for (let round = 0; round < 3; round += 1) await claim(live, 24);
      await server.database.pool.query(
        `UPDATE orders SET status = 'cancelled', released_at = now(), release_reason = 'event_closed' WHERE user_id = $1`,
        [shopper(24)],
      );
      expect(await codeOf(claim(live, 24))).toBe('GRANTED');
    });
  });

  it('becomes live again when stock returns, and this instance notices at once', async () => {
    const live = await drop({ stocks: [1] });
    const { order } = await claim(live, 7);
    expect(await codeOf(claim(live, 8))).toBe('SOLD_OUT');
    expect(await status(live)).toBe('sold_out');
    await orders.cancel(shopper(7), order.id);
    expect(await status(live)).toBe('live');
    expect(await codeOf(claim(live, 8))).toBe('GRANTED');
    expect(await status(live)).toBe('sold_out');
  });

  it('keeps an event of two items live while one of them has stock', async () => {
    const live = await drop({ stocks: [1, 1] });
    await claim(live, 0);
    expect(await status(live)).toBe('live');
    await claim({ ...live, itemId: live.itemIds[1] as string }, 0);
    expect(await status(live)).toBe('sold_out');
  });

  it('repeats "sold out" from memory without a key, and asks when there is one', async () => {
    const live = await drop({ stocks: [1] });
    await claim(live, 9, 1, 'mine');
    let batches = 0;
    const stop = claims.onBatch(() => (batches += 1));
    expect(await codeOf(claim(live, 10))).toBe('SOLD_OUT');
    expect(batches).toBe(0);
    expect(await codeOf(claim(live, 9, 1, 'mine'))).toBe('REPLAYED');
    expect(batches).toBe(1);
    stop();
  });

  it('refuses with a key from memory only whom it knows to have no order', async () => {
    const live = await drop({ stocks: [1] });
    const { order } = await claim(live, 12, 1, 'mine');
    // Until the buyers have been read, and whenever that is too long ago, the database is asked.
    const before = claims.refusedFromMemoryTotal;
    await waitFor('a refusal from memory', async () => {
      expect(await codeOf(claim(live, 13, 1, 'first try'))).toBe('SOLD_OUT');
      return claims.refusedFromMemoryTotal > before;
    });
    expect(await codeOf(claim(live, 12, 1, 'mine'))).toBe('REPLAYED');
    await orders.cancel(shopper(12), order.id);
    expect(await codeOf(claim(live, 13, 1, 'second try'))).toBe('GRANTED');
    expect(await codeOf(claim(live, 13, 1, 'second try'))).toBe('REPLAYED');
    expect(await codeOf(claim(live, 12, 1, 'mine'))).toBe('REPLAYED');
  });

  it('asks the database for a shopper with a claim in flight, since its fate may be that of this one', async () => {
    const gone = await drop({ stocks: [1] });
    await claim(gone, 14);
    const stuck = await drop();
    const isRefusedFromMemory = async (who: number) => {
      const before = claims.refusedFromMemoryTotal;
      expect(await codeOf(claim(gone, who, 1, 'mine'))).toBe('SOLD_OUT');
      return claims.refusedFromMemoryTotal > before;
    };
    let inFlight: Promise<string> | undefined;
    await whileItemLocked(server.database.pool, stuck.itemId, async () => {
      inFlight = codeOf(claim(stuck, 15, 1, 'mine'));
      await waitFor(
        'the stuck claim',
        async () => (await claimsThatWaitForALock(server.database.pool)) === 1,
      );
      // At the same moment one is refused from memory and the other is not.
      await waitFor('a refusal from memory', () => isRefusedFromMemory(16));
      expect(await isRefusedFromMemory(15)).toBe(false);
    });
    expect(await inFlight).toBe('GRANTED');
    await waitFor('a refusal from memory', () => isRefusedFromMemory(15));
  });

  describe('while a batch waits for the lock on another item', () => {
    let crowd: string[];
    beforeAll(async () => {
      crowd = await createShoppers(server.database.pool, 100);
    });
    /** Sends a claim for the second of two items in a batch that waits for the first, and then `meanwhile`. */
    const inWaitingBatch = async (
      attempt: (itemId: string) => Promise<string>,
      meanwhile: (itemId: string) => Promise<void>,
    ) => {
      const { pool } = server.database;
      // The ids ascend, and so does the order of locking.
      const { itemIds } = await createDrop(pool, { stocks: [10, 1], perUserLimit: 5 });
      const [held, wanted] = itemIds as [string, string];
      let first: Promise<string> | undefined;
      await whileItemLocked(pool, held, async () => {
        void codeOf(orderOf(claims.claim({ userId: shopper(20), eventItemId: held, quantity: 1 })));
        first = attempt(wanted);
        await waitFor('the batch', async () => (await claimsThatWaitForALock(pool)) === 1);
        await meanwhile(wanted);
      });
      return first;
    };
    const claimOf = (userId: string, eventItemId: string, idempotencyKey?: string) =>
      codeOf(orderOf(claims.claim({ userId, eventItemId, quantity: 1, idempotencyKey })));
    /** Long enough for a batch that does not wait to have been decided. */
    const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100));

    it('gives the last unit to who came first', async () => {
      let later: Promise<string>[] = [];
      const first = await inWaitingBatch(
        (itemId) => claimOf(shopper(21), itemId),
        async (itemId) => {
          later = crowd.map((userId) => claimOf(userId, itemId));
          await aWhile();
        },
      );
      expect(first).toBe('GRANTED');
      expect(new Set(await Promise.all(later))).toEqual(new Set(['SOLD_OUT']));
    });

    it('tells a repetition what became of the first attempt, though the stock went and came back', async () => {
      const { pool } = server.database;
      const setStock = (itemId: string, units: number) =>
        pool.query('UPDATE event_items SET stock_remaining = $2 WHERE id = $1', [itemId, units]);
      let repetition: Promise<string> | undefined;
      const first = await inWaitingBatch(
        (itemId) => claimOf(shopper(22), itemId, 'again'),
        async (itemId) => {
          await setStock(itemId, 0);
          repetition = claimOf(shopper(22), itemId, 'again');
          for (const userId of crowd) void claimOf(userId, itemId);
          await aWhile();
          await setStock(itemId, 1);
        },
      );
      expect([first, await repetition]).toEqual(['GRANTED', 'REPLAYED']);
    });
  });

  it('gives the stock of an overdue reservation back within a second', async () => {
    const live = await drop({ stocks: [1] });
    const { order } = await claim(live, 11);
    await makeOverdue(server.database.pool, order.id);
    expect(await codeOf(orders.confirm(shopper(11), order.id))).toBe('RESERVATION_EXPIRED');
    const deadline = Date.now() + 1_000;
    while ((await stock(live)) === 0 && Date.now() < deadline) await new Promise(setImmediate);
    expect(await stock(live)).toBe(1);
    expect(await status(live)).toBe('live');
    expect(await codeOf(orders.cancel(shopper(11), order.id))).toBe('RESERVATION_EXPIRED');
  });
});
