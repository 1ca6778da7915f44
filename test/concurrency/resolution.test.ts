import { AppError } from '../../src/common/index.js';
import { Database } from '../../src/database/index.js';
import { EventsService } from '../../src/events/index.js';
import { ClaimService, OrdersService, type OrderStatus } from '../../src/purchase/index.js';
import { OrdersRepository } from '../../src/purchase/orders.repository.js';
import { createDrop, createShoppers } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';

/**
 * Goal: a reservation is resolved exactly once. Whichever of confirm, cancel, expiry and closing by an admin
 * comes first has it; the others change nothing; the stock adds up afterwards.
 *
 * Method: every pair of acts, each also against itself, is let loose on one reservation from two
 * instances at the same moment, many times, with the reservation's time running out just then where
 * expiry takes part. The acts' own answers are held against the rows.
 *
 * Negative control: with resolutions that read the state and then write, the same race finds two winners.
 */
describe('acts on a reservation that race', () => {
  let instances: [TestApp, TestApp];
  let shopper: string;
  let adminId: string;

  beforeAll(async () => {
    const first = await startTestApp({ RESERVATION_TTL_SECONDS: '60' });
    instances = [first, await startTestApp({}, first.database)];
    [shopper] = (await createShoppers(first.database.pool, 1)) as [string];
    adminId = (await createAdmin(first)).id;
  });
  afterAll(async () => {
    await instances[1].close();
    await instances[0].close();
  });

  interface Reservation {
    eventId: string;
    itemId: string;
    orderId: string;
  }
  type Act = (instance: TestApp, reservation: Reservation) => Promise<OrderStatus | undefined>;

  /** What an act made of the order, as its own answer says: undefined if another came first. */
  const acts: Record<string, Act> = {
    confirm: ({ app }, { orderId }) => won(app.get(OrdersService).confirm(shopper, orderId), 'confirmed'),
    cancel: ({ app }, { orderId }) => won(app.get(OrdersService).cancel(shopper, orderId), 'cancelled'),
    // Expiry speaks of no order by name, and the instances' own expirers take part: look at the row.
    expire: async ({ app }, { orderId }) => {
      let status: OrderStatus;
      do {
        await app.get(OrdersService).expireDue();
        status = await statusOfOrder(orderId);
      } while (status === 'reserved');
      return status === 'expired' ? 'expired' : undefined;
    },
    close: async ({ app }, { eventId, orderId }) => {
      await app
        .get(Database)
        .transaction((transaction) => app.get(EventsService).forceClose(transaction, eventId, adminId))
        .catch(ignoreRefusal);
      await app.get(OrdersService).releaseReservationsOf(eventId);
      const { rows } = await instances[0].database.pool.query(
        'SELECT release_reason FROM orders WHERE id = $1',
        [orderId],
      );
      return rows[0].release_reason === 'event_closed' ? 'cancelled' : undefined;
    },
  };
  const names = Object.keys(acts);
  const pairs = names.flatMap((first, index) => names.slice(index).map((second) => [first, second] as const));

  const statusOfOrder = async (orderId: string): Promise<OrderStatus> => {
    const { rows } = await instances[0].database.pool.query('SELECT status FROM orders WHERE id = $1', [
      orderId,
    ]);
    return rows[0].status;
  };

  /** Races the two acts on one new reservation; returns the winners and what is left. */
  async function race(first: string, second: string) {
    const { pool } = instances[0].database;
    const { eventId, itemId } = await createDrop(pool, { stocks: [1] });
    const { order } = await instances[0].app
      .get(ClaimService)
      .claim({ userId: shopper, eventItemId: itemId, quantity: 1 });
    if (first === 'expire' || second === 'expire')
      await pool.query(
        `UPDATE orders SET reserved_until = clock_timestamp() + random() * interval '12 ms' WHERE id = $1`,
        [order.id],
      );
    const reservation = { eventId, itemId, orderId: order.id };
    const outcomes = await Promise.all([
      (acts[first] as Act)(instances[0], reservation),
      (acts[second] as Act)(instances[1], reservation),
    ]);
    const { rows } = await pool.query(
      `SELECT o.status, i.stock_remaining, e.status AS event_status
       FROM orders o JOIN event_items i ON i.id = o.event_item_id JOIN events e ON e.id = i.event_id
       WHERE o.id = $1`,
      [order.id],
    );
    return {
      winners: outcomes.filter((outcome) => outcome !== undefined),
      status: rows[0].status as OrderStatus,
      stockRemaining: rows[0].stock_remaining as number,
      eventStatus: rows[0].event_status as string,
    };
  }

  const ROUNDS = 40;
  const LANES = 4;

  async function raceManyTimes(
    first: string,
    second: string,
    check: (result: Awaited<ReturnType<typeof race>>) => void,
  ) {
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let round = 0; round < ROUNDS / LANES; round += 1) check(await race(first, second));
      }),
    );
  }

  it.each(pairs)('%s and %s: one wins, and the stock adds up', async (first, second) => {
    await raceManyTimes(first, second, ({ winners, status, stockRemaining, eventStatus }) => {
      // Expiry and closing look at the row, so both of two such acts see the one resolution.
      const distinct =
        first === second && first !== 'confirm' && first !== 'cancel' ? new Set(winners) : winners;
      expect([...distinct]).toEqual([status]);
      expect(stockRemaining).toBe(status === 'confirmed' ? 0 : 1);
      const closed = first === 'close' || second === 'close';
      expect(eventStatus).toBe(closed ? 'closed' : status === 'confirmed' ? 'sold_out' : 'live');
    });
  });

  it('has two winners when the state is read and then written (negative control)', async () => {
    const repositories = instances.map(({ app }) => app.get(OrdersRepository));
    for (const repository of repositories) {
      const readThenWrite =
        (status: OrderStatus): OrdersRepository['confirm'] =>
        async (transaction, userId, orderId) => {
          const found = await repository.find(transaction, userId, orderId);
          if (found?.order.status !== 'reserved') return undefined;
          await transaction.query('UPDATE orders SET status = $2 WHERE id = $1', [orderId, status]);
          return { ...found.order, status };
        };
      repository.confirm = readThenWrite('confirmed');
      repository.cancel = readThenWrite('cancelled');
    }
    let twoWinners = 0;
    await raceManyTimes('confirm', 'cancel', ({ winners }) => {
      if (winners.length === 2) twoWinners += 1;
    });
    for (const repository of repositories)
      for (const method of ['confirm', 'cancel'] as const)
        delete (repository as Partial<OrdersRepository>)[method];
    expect(twoWinners).toBeGreaterThan(0);
  });
});

const won = (act: Promise<unknown>, status: OrderStatus) => act.then(() => status, ignoreRefusal);

function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
  return undefined;
}
