import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { AppError } from '../../src/platform/errors/index.js';
import { Database } from '../../src/platform/database/index.js';
import { EventsService } from '../../src/events/index.js';
import { ClaimService, OrdersService, type OrderStatus } from '../../src/purchase/index.js';
import { createDrop, createShoppers, makeOverdue, type TestDrop } from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';

/**
 * Goal: whatever several shoppers, time and an admin do, in whatever order, each item's stock is what
 * remains plus what orders hold, nobody holds more than the limit or holds it again and again, and a key buys once.
 *
 * Method: fast-check makes up sequences of acts (bursts of simultaneous claims among them) and runs each
 * against the application and against a model of a few lines. Every answer must be the model's, and after
 * every act the rows are compared with the model and with the invariants.
 *
 * Negative control: an application whose cancelling forgets to give the units back is found out.
 */
const SHOPPERS = 3;
const STOCKS = [4, 2];
const LIMIT = 3;
const HOLD_RELEASE_LIMIT = 2;
const RUNS = 150;

interface ClaimAct {
  shopper: number;
  quantity: number;
  key?: number;
}
type Act =
  | { kind: 'claim'; item: number; claims: ClaimAct[] }
  | { kind: 'confirm' | 'cancel'; shopper: number; order: number }
  | { kind: 'expire'; order: number }
  | { kind: 'close' };

const shopper = fc.nat(SHOPPERS - 1);
const claim: fc.Arbitrary<ClaimAct> = fc.record(
  { shopper, quantity: fc.integer({ min: 1, max: 4 }), key: fc.nat(2) },
  { requiredKeys: ['shopper', 'quantity'] },
);
const order = fc.nat(15);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      item: fc.nat(STOCKS.length - 1),
      claims: fc.array(claim, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('confirm' as const), shopper, order }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('cancel' as const), shopper, order }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('expire' as const), order }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
);
const acts = fc.array(act, { minLength: 1, maxLength: 25 });

interface ModelOrder {
  shopper: number;
  item: number;
  quantity: number;
  status: OrderStatus;
  /** By closing the event. */
  takenBack?: boolean;
}

/** What the shop must do, one act after the other. Orders are known by their number. */
class Model {
  readonly orders: ModelOrder[] = [];
  private readonly keys = new Map<string, number>();
  closed = false;

  remaining(item: number): number {
    return (STOCKS[item] as number) - this.unitsHeld((held) => held.item === item);
  }

  get eventStatus(): string {
    if (this.closed) return 'closed';
    return STOCKS.some((_, item) => this.remaining(item) > 0) ? 'live' : 'sold_out';
  }

  claim(item: number, { shopper: who, quantity, key }: ClaimAct): string {
    const used = key === undefined ? undefined : this.keys.get(`${who}:${key}`);
    if (used !== undefined) {
      const first = this.orders[used] as ModelOrder;
      return first.item === item && first.quantity === quantity
        ? `replay of ${used}`
        : 'IDEMPOTENCY_KEY_REUSED';
    }
    if (this.closed) return 'EVENT_NOT_LIVE';
    if (this.remaining(item) === 0) return 'SOLD_OUT';
    const held = this.unitsHeld((other) => other.item === item && other.shopper === who);
    if (held + quantity > LIMIT) return 'PURCHASE_LIMIT_REACHED';
    if (this.letGoBy(who, item) >= HOLD_RELEASE_LIMIT) return 'HOLD_LIMIT_REACHED';
    if (quantity > this.remaining(item)) return 'SOLD_OUT';
    const number = this.orders.push({ shopper: who, item, quantity, status: 'reserved' }) - 1;
    if (key !== undefined) this.keys.set(`${who}:${key}`, number);
    return `order ${number}`;
  }

  resolve(number: number, who: number, to: OrderStatus): string {
    const found = this.orders[number];
    if (!found || found.shopper !== who) return 'ORDER_NOT_FOUND';
    if (found.status === 'expired') return 'RESERVATION_EXPIRED';
    if (found.status === to && !found.takenBack) return to;
    if (found.status !== 'reserved') return 'ORDER_NOT_RESERVED';
    found.status = to;
    return to;
  }

  expire(number: number): void {
    const found = this.orders[number];
    if (found?.status === 'reserved') found.status = 'expired';
  }

  close(): void {
    this.closed = true;
    for (const each of this.orders)
      if (each.status === 'reserved') Object.assign(each, { status: 'cancelled', takenBack: true });
  }

  /** Closing an event ends its sale too, so what it cancelled never counts. */
  private letGoBy(who: number, item: number): number {
    return this.orders.filter(
      (each) =>
        each.shopper === who &&
        each.item === item &&
        (each.status === 'cancelled' || each.status === 'expired'),
    ).length;
  }

  private unitsHeld(which: (order: ModelOrder) => boolean): number {
    return this.orders
      .filter((each) => (each.status === 'reserved' || each.status === 'confirmed') && which(each))
      .reduce((units, { quantity }) => units + quantity, 0);
  }
}

describe('random acts of several shoppers', () => {
  let server: TestApp;
  let adminId: string;

  beforeAll(async () => {
    server = await startTestApp({ HOLD_RELEASE_LIMIT: String(HOLD_RELEASE_LIMIT) });
    adminId = (await createAdmin(server)).id;
  });
  afterAll(() => server.close());

  /** One run: a drop and shoppers of its own, the shop and the model side by side. */
  class Run {
    private readonly model = new Model();
    /** The id of the model's order of each number. */
    private readonly orderIds: string[] = [];

    private constructor(
      private readonly drop: TestDrop,
      private readonly shoppers: string[],
    ) {}

    static async start(): Promise<Run> {
      const { pool } = server.database;
      return new Run(
        await createDrop(pool, { stocks: STOCKS, perUserLimit: LIMIT }),
        await createShoppers(pool, SHOPPERS),
      );
    }

    async perform(next: Act): Promise<void> {
      switch (next.kind) {
        case 'claim':
          return this.claimAtOnce(next.item, next.claims);
        case 'confirm':
        case 'cancel':
          return this.resolve(next.kind, next.shopper, next.order);
        case 'expire':
          return this.expire(next.order);
        case 'close':
          return this.close();
      }
    }

    private async claimAtOnce(item: number, claims: ClaimAct[]): Promise<void> {
      const expected = claims.map((each) => this.model.claim(item, each));
      const answers = await Promise.all(
        claims.map(({ shopper: who, quantity, key }) =>
          orderOf(
            server.app.get(ClaimService).claim({
              userId: this.shoppers[who] as string,
              eventItemId: this.drop.itemIds[item] as string,
              quantity,
              idempotencyKey: key === undefined ? undefined : `key-${key}`,
            }),
          ).catch(codeOf),
        ),
      );
      const told = answers.map((answer, index) => {
        if (typeof answer === 'string') return answer;
        const number = /^order (\d+)$/.exec(expected[index] as string)?.[1];
        if (number !== undefined && !answer.replayed) this.orderIds[Number(number)] = answer.order.id;
        return answer;
      });
      // A replay may be of an order of this very burst, so ids are looked up when all are known.
      expect(
        told.map((answer) =>
          typeof answer === 'string'
            ? answer
            : `${answer.replayed ? 'replay of' : 'order'} ${this.orderIds.indexOf(answer.order.id)}`,
        ),
      ).toEqual(
        // Memory knows only that the item is gone, which may hide another reason for the same no.
        expected.map((answer) =>
          answer === 'EVENT_NOT_LIVE' || answer === 'IDEMPOTENCY_KEY_REUSED'
            ? expect.stringMatching(new RegExp(`^(${answer}|SOLD_OUT)$`))
            : answer,
        ),
      );
    }

    private async resolve(kind: 'confirm' | 'cancel', who: number, number: number): Promise<void> {
      const orderId = this.orderIds[number];
      if (orderId === undefined) return;
      const expected = this.model.resolve(number, who, kind === 'confirm' ? 'confirmed' : 'cancelled');
      const told = await server.app
        .get(OrdersService)
        [kind](this.shoppers[who] as string, orderId)
        .then(({ status }) => status, codeOf);
      expect(told).toBe(expected);
    }

    private async expire(number: number): Promise<void> {
      const orderId = this.orderIds[number];
      if (orderId === undefined) return;
      await makeOverdue(server.database.pool, orderId);
      let open: unknown[];
      do {
        await server.app.get(OrdersService).expireDue();
        ({ rows: open } = await server.database.pool.query(
          `SELECT FROM orders WHERE id = $1 AND status = 'reserved'`,
          [orderId],
        ));
      } while (open.length > 0);
      this.model.expire(number);
    }

    private async close(): Promise<void> {
      if (this.model.closed) return;
      await server.app
        .get(Database)
        .transaction((transaction) =>
          server.app.get(EventsService).forceClose(transaction, this.drop.eventId, adminId),
        );
      await server.app.get(OrdersService).releaseReservationsOf(this.drop.eventId);
      this.model.close();
    }

    async check(): Promise<void> {
      const { pool } = server.database;
      const items = await pool.query(
        `SELECT i.stock_total, i.stock_remaining, e.status,
           coalesce(sum(o.quantity) FILTER (WHERE o.status IN ('reserved', 'confirmed')), 0)::integer AS held
         FROM event_items i JOIN events e ON e.id = i.event_id LEFT JOIN orders o ON o.event_item_id = i.id
         WHERE e.id = $1 GROUP BY i.id, e.id ORDER BY i.position`,
        [this.drop.eventId],
      );
      for (const [item, row] of items.rows.entries()) {
        expect(row.stock_remaining + row.held).toBe(row.stock_total);
        expect(row.stock_remaining).toBe(this.model.remaining(item));
        expect(row.status).toBe(this.model.eventStatus);
      }
      const holders = await pool.query(
        `SELECT sum(quantity)::integer AS units FROM orders
         WHERE event_item_id = ANY ($1) AND status IN ('reserved', 'confirmed') GROUP BY event_item_id, user_id`,
        [this.drop.itemIds],
      );
      for (const { units } of holders.rows) expect(units).toBeLessThanOrEqual(LIMIT);
      const orders = await pool.query(
        'SELECT id, user_id, event_item_id, quantity, status FROM orders WHERE event_item_id = ANY ($1)',
        [this.drop.itemIds],
      );
      expect(new Map(orders.rows.map((row) => [row.id, row]))).toEqual(
        new Map(
          this.model.orders.map(({ shopper: who, item, quantity, status }, number) => [
            this.orderIds[number],
            {
              id: this.orderIds[number],
              user_id: this.shoppers[who],
              event_item_id: this.drop.itemIds[item],
              quantity,
              status,
            },
          ]),
        ),
      );
    }
  }

  const agreesWithModel = fc.asyncProperty(acts, async (sequence) => {
    const run = await Run.start();
    for (const next of sequence) {
      await run.perform(next);
      await run.check();
    }
  });

  it('end as the model says, with the stock adding up after each', async () => {
    await fc.assert(agreesWithModel, { numRuns: RUNS });
  });

  it('are found out when cancelling forgets the stock (negative control)', async () => {
    const { pool } = server.database;
    await pool.query(RETURN_NOTHING);
    const { failed } = await fc.check(agreesWithModel, { numRuns: RUNS, endOnFailure: true });
    await pool.query(readFileSync('src/platform/database/functions/return_stock.sql', 'utf8'));
    expect(failed).toBe(true);
  });
});

function codeOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  return error.code;
}

const RETURN_NOTHING = `
CREATE OR REPLACE FUNCTION return_stock(item_ids uuid[], quantities integer[])
RETURNS TABLE (event_item_id uuid, event_id uuid, stock_remaining integer) LANGUAGE plpgsql AS $$ BEGIN END; $$`;
