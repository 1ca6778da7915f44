import { Injectable } from '@nestjs/common';
import type { PoolClient, QueryConfig } from 'pg';
import { commonErrors } from '../platform/errors/index.js';
import { newIds, type Money } from '../platform/values/index.js';
import { Database } from '../platform/database/index.js';
import type { KeyedRequests } from './batching/batcher.js';
import type { OrderResponse } from './dto/order.response.js';
import type { OrderStatus, ReleaseReason } from './order-states.js';
import { toOrderResponse, type OrderView } from './order-view.js';
import { purchaseErrors } from './purchase.errors.js';

export interface ClaimRequestRow {
  userId: string;
  quantity: number;
  idempotencyKey: string | undefined;
  /** The price that the shopper saw. */
  price: Money | undefined;
}

/** How many reservations of an item a shopper may let go of within a time and still get another. */
export interface HoldLimit {
  releases: number;
  windowSeconds: number;
}

/** What claim_orders answers a request with, by its letter. */
const outcomeOfLetter = {
  G: 'granted',
  R: 'replayed',
  S: 'sold_out',
  L: 'limit_reached',
  N: 'not_live',
  K: 'key_reused',
  U: 'user_inactive',
  X: 'item_unknown',
  P: 'price_changed',
  H: 'hold_limit_reached',
} as const;

export type ClaimOutcome = (typeof outcomeOfLetter)[keyof typeof outcomeOfLetter];

/** The event item as the batch's transaction saw it. */
export interface Offer {
  eventId: string;
  unitPriceMinor: number;
  currency: string;
  perUserLimit: number;
  phase: string;
  startsAt: Date;
  /** After the batch. */
  stockRemaining: number;
}

export interface ClaimDecision {
  outcome: ClaimOutcome;
  /** undefined when there is no such event item. */
  offer?: Offer;
  /** Of a granted or replayed claim. */
  order?: OrderResponse;
  /** From when on the shopper may hold the item again, where the limit on holds is reached. */
  holdsAgainAt?: Date;
}

/** One per event item; without an event_id there is no such item. */
interface ResultRow {
  event_id: string | null;
  item_name: string;
  unit_price_minor: string;
  currency: string;
  per_user_limit: number;
  phase: string;
  starts_at: Date;
  decided_at: Date;
  reserved_until: Date;
  stock_remaining: number;
  outcomes: string;
  replays: Record<string, Replay> | null;
  waits: Record<string, string> | null;
}

interface Replay {
  id: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  status: OrderStatus;
  reservedUntil: string;
  createdAt: string;
  confirmedAt: string | null;
  releaseReason: ReleaseReason | null;
}

/** Longer than the server's own statement time-out: only a dead connection reaches it. */
const QUERY_TIMEOUT_MS = 12_000;

/** The columns by name: a further one would break the statements that connections of an older instance have prepared. */
const CLAIM = `
  SELECT event_id, item_name, unit_price_minor, currency, per_user_limit, phase, starts_at, decided_at, reserved_until,
    stock_remaining, outcomes, replays, waits
  FROM claim_orders($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

@Injectable()
export class ClaimsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Decides claims for some event items, those of each in their order, in one transaction of one round trip,
   * and returns when it is committed and flushed.
   * @throws CLAIM_UNCERTAIN when nobody can tell whether it was committed.
   */
  async claimOrders(
    batch: KeyedRequests<ClaimRequestRow>[],
    holdLimit?: HoldLimit,
  ): Promise<ClaimDecision[][]> {
    const claims = batch.flatMap(({ requests }) => requests);
    const orderIds = newIds(claims.length);
    const rows = await this.run({
      name: 'claim-orders',
      text: CLAIM,
      values: [
        arrayOf(batch.map(({ key }) => key)),
        arrayOf(batch.flatMap(({ requests }, item) => new Array<number>(requests.length).fill(item + 1))),
        arrayOf(orderIds),
        arrayOf(claims.map(({ userId }) => userId)),
        arrayOf(claims.map(({ quantity }) => quantity)),
        // Shoppers write these, so the driver quotes them.
        claims.map(({ idempotencyKey }) => idempotencyKey ?? null),
        ...(claims.some(({ price }) => price)
          ? [
              arrayOf(claims.map(({ price }) => price?.amount ?? 'NULL')),
              arrayOf(claims.map(({ price }) => price?.currency ?? 'NULL')),
            ]
          : [null, null]),
        holdLimit?.releases ?? null,
        holdLimit?.windowSeconds ?? null,
      ],
    });
    const replays = rows[0]?.replays ?? {};
    const waits = rows[0]?.waits ?? {};
    let ordinal = 0;
    return batch.map(({ key: itemId, requests }, item) => {
      const decide = decisionsOf(itemId, rows[item] as ResultRow);
      return requests.map(({ quantity }, index) => {
        const id = orderIds[ordinal++] as string;
        return decide(index, id, quantity, replays[ordinal], waits[ordinal]);
      });
    });
  }

  /**
   * Who has an order of the item, whatever became of it, in the snapshot of one statement that also finds
   * nothing left; undefined if something is, or if there are more than `limit`.
   */
  async buyersOfGone(itemId: string, limit: number): Promise<ReadonlySet<string> | undefined> {
    const [row] = await this.database.queryPrepared<{ users: string | null; count: number }>(
      'buyers-of-gone',
      'SELECT users, count FROM buyers_of_gone($1, $2)',
      [itemId, limit],
    );
    if (!row || row.count > limit) return undefined;
    return new Set(row.users?.split(','));
  }

  private async run(query: QueryConfig): Promise<ResultRow[]> {
    let client: PoolClient;
    try {
      client = await this.database.claims.connect();
    } catch {
      // Nothing was sent, so nothing can have been sold.
      throw commonErrors.DATABASE_UNAVAILABLE({ retryAfterSeconds: 1 });
    }
    let broken: Error | undefined;
    try {
      const timed = { ...query, query_timeout: QUERY_TIMEOUT_MS };
      return (await client.query<ResultRow>(timed)).rows;
    } catch (error) {
      // Anything but an ERROR (a broken connection, a server that ends) may have come after the commit.
      if (isUndone(error)) throw error;
      broken = error as Error;
      throw purchaseErrors.CLAIM_UNCERTAIN({
        retryAfterSeconds: 1,
        detail:
          'It may or may not have gone through. Send it again with the same Idempotency-Key, or look at your orders.',
      });
    } finally {
      client.release(broken);
    }
  }
}

/** An array for PostgreSQL of what needs no quotes; the driver would look at each character of an id. */
function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/** Whether PostgreSQL has said that nothing of the transaction has come about. */
export function isUndone(error: unknown): boolean {
  return (error as { severity?: string }).severity === 'ERROR';
}

/** Reads an item's row: what the claim at `index` came to, whose order would have `id`. */
function decisionsOf(itemId: string, row: ResultRow) {
  if (row.event_id === null) return (): ClaimDecision => ({ outcome: 'item_unknown' });
  const offer: Offer = {
    eventId: row.event_id,
    unitPriceMinor: Number(row.unit_price_minor),
    currency: row.currency,
    perUserLimit: row.per_user_limit,
    phase: row.phase,
    startsAt: row.starts_at,
    stockRemaining: row.stock_remaining,
  };
  const item = { eventId: row.event_id, eventItemId: itemId, itemName: row.item_name };
  const ofQuantity = new Map<number, OrderResponse>();
  // Orders of a batch for as many units differ by their id alone, and to render one takes 3 µs.
  const granted = (id: string, quantity: number): OrderResponse => {
    let order = ofQuantity.get(quantity);
    if (order === undefined) {
      order = toOrderResponse({
        id,
        ...item,
        quantity,
        unitPriceMinor: offer.unitPriceMinor,
        currency: offer.currency,
        status: 'reserved',
        reservedUntil: row.reserved_until,
        createdAt: row.decided_at,
        confirmedAt: null,
        releaseReason: null,
      });
      ofQuantity.set(quantity, order);
    }
    return { ...order, id };
  };
  return (
    index: number,
    id: string,
    quantity: number,
    replay: Replay | undefined,
    wait: string | undefined,
  ): ClaimDecision => {
    const outcome = outcomeOfLetter[row.outcomes[index] as keyof typeof outcomeOfLetter];
    if (outcome === 'granted') return { outcome, offer, order: granted(id, quantity) };
    if (outcome === 'replayed')
      return { outcome, offer, order: toOrderResponse({ ...item, ...fromReplay(replay as Replay) }) };
    if (wait !== undefined) return { outcome, offer, holdsAgainAt: new Date(wait) };
    return { outcome, offer };
  };
}

function fromReplay(replay: Replay): Omit<OrderView, 'eventId' | 'eventItemId' | 'itemName'> {
  return {
    ...replay,
    reservedUntil: new Date(replay.reservedUntil),
    createdAt: new Date(replay.createdAt),
    confirmedAt: replay.confirmedAt === null ? null : new Date(replay.confirmedAt),
  };
}
