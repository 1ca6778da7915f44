import { readFileSync } from 'node:fs';
import { AppError } from '../../src/platform/errors/index.js';
import { Database } from '../../src/platform/database/index.js';
import { EventsService } from '../../src/events/index.js';
import { ClaimService, OrdersService, type OrderStatus } from '../../src/purchase/index.js';
import { createDrop, createShoppers } from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
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

  /** Closing takes several round trips until it comes to the orders; whoever races it starts as much later. */
  async function headStart(roundTrips: number): Promise<void> {
    for (let trip = 0; trip < roundTrips; trip += 1) await instances[0].database.pool.query('SELECT 1');
  }

  /** Races the two acts on one new reservation; returns the winners and what is left. */
  async function race(first: string, second: string, round: number) {
    const { pool } = instances[0].database;
    const { eventId, itemId } = await createDrop(pool, { stocks: [1] });
    const { order } = await orderOf(
      instances[0].app.get(ClaimService).claim({ userId: shopper, eventItemId: itemId, quantity: 1 }),
    );
    if (first === 'expire' || second === 'expire')
      await pool.query(
        `UPDATE orders SET reserved_until = clock_timestamp() + random() * make_interval(secs => $2) WHERE id = $1`,
        [order.id, second === 'close' ? 0.04 : 0.012],
      );
    const reservation = { eventId, itemId, orderId: order.id };
    const outcomes = await Promise.all([
      headStart(second === 'close' ? round % 16 : 0).then(() =>
        (acts[first] as Act)(instances[0], reservation),
      ),
      (acts[second] as Act)(instances[1], reservation),
    ]);
    const { rows } = await pool.query(
      `SELECT o.status, o.release_reason, i.stock_remaining, e.status AS event_status
       FROM orders o JOIN event_items i ON i.id = o.event_item_id JOIN events e ON e.id = i.event_id
       WHERE o.id = $1`,
      [order.id],
    );
    return {
      winners: outcomes.filter((outcome) => outcome !== undefined),
      status: rows[0].status as OrderStatus,
      /** Tells a shopper's cancelling from an admin's closing. */
      resolution: `${rows[0].status} ${rows[0].release_reason ?? ''}`,
      stockRemaining: rows[0].stock_remaining as number,
      eventStatus: rows[0].event_status as string,
    };
  }

  const LANES = 4;
  const ROUNDS_PER_LANE = 12;
  /** On a busy machine one side may come first many times in a row. */
  const MAX_ROUNDS_PER_LANE = 200;

  /** Until every lane has run its rounds and, if `enough` is given, it says so. */
  async function raceManyTimes(
    first: string,
    second: string,
    check: (result: Awaited<ReturnType<typeof race>>) => void,
    enough = () => true,
  ) {
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        for (let round = 0; round < ROUNDS_PER_LANE || (!enough() && round < MAX_ROUNDS_PER_LANE); round += 1)
          check(await race(first, second, round * LANES + lane));
      }),
    );
  }

  it.each(pairs)('%s and %s: one wins, and the stock adds up', async (first, second) => {
    const resolutions = new Set<string>();
    const possible = first === second ? 1 : 2;
    await raceManyTimes(
      first,
      second,
      ({ winners, status, resolution, stockRemaining, eventStatus }) => {
        resolutions.add(resolution);
        // All acts are idempotent, so both of two alike see the one resolution.
        expect(first === second ? [...new Set(winners)] : winners).toEqual([status]);
        expect(stockRemaining).toBe(status === 'confirmed' ? 0 : 1);
        const closed = first === 'close' || second === 'close';
        expect(eventStatus).toBe(closed ? 'closed' : status === 'confirmed' ? 'sold_out' : 'live');
      },
      () => resolutions.size === possible,
    );
    // Else one of them always came first, and there was no race.
    expect(resolutions.size).toBe(possible);
  });

  it('has two winners when the state is read and then written (negative control)', async () => {
    const { pool } = instances[0].database;
    const functions = ['confirm_orders', 'cancel_orders'].map((name) =>
      readFileSync(`src/platform/database/functions/${name}.sql`, 'utf8'),
    );
    for (const text of functions) {
      // The subquery reads the snapshot of before, where the condition itself would be checked again after the wait.
      const readThenWrite = text
        .replace(/PERFORM FROM orders .*;/, '')
        .replace("o.status = 'reserved'", "o.id IN (SELECT b.id FROM orders b WHERE b.status = 'reserved')");
      expect(readThenWrite.length).not.toBe(text.length);
      await pool.query(readThenWrite);
    }
    let twoWinners = 0;
    await raceManyTimes(
      'confirm',
      'cancel',
      ({ winners }) => {
        if (winners.length === 2) twoWinners += 1;
      },
      () => twoWinners > 0,
    );
    for (const text of functions) await pool.query(text);
    expect(twoWinners).toBeGreaterThan(0);
  });
});

const won = (act: Promise<unknown>, status: OrderStatus) => act.then(() => status, ignoreRefusal);

function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
  return undefined;
}
