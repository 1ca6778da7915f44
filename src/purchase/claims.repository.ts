import { Injectable } from '@nestjs/common';
import type { PoolClient, QueryConfig } from 'pg';
import { commonErrors, newId } from '../common/index.js';
import { Database } from '../database/index.js';
import type { OrderStatus } from './order-states.js';
import type { OrderView } from './order-view.js';
import { purchaseErrors } from './purchase.errors.js';

export interface ClaimRequestRow {
  userId: string;
  quantity: number;
  idempotencyKey: string | undefined;
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
} as const;

export type ClaimOutcome = (typeof outcomeOfLetter)[keyof typeof outcomeOfLetter];
export const claimOutcomes: readonly ClaimOutcome[] = Object.values(outcomeOfLetter);

/** The event item as the batch's transaction saw it. */
export interface Offer {
  eventId: string;
  perUserLimit: number;
  phase: string;
  startsAt: Date;
  /** After the batch. */
  stockRemaining: number;
}

export interface ClaimDecision {
  outcome: ClaimOutcome;
  offer: Offer;
  /** Of a granted or replayed claim. */
  order?: OrderView;
}

interface ResultRow {
  event_id: string;
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
}

/** Longer than the server's own statement time-out: only a dead connection reaches it. */
const QUERY_TIMEOUT_MS = 12_000;

@Injectable()
export class ClaimsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Decides claims for one event item in their order, in one transaction of one round trip, and returns
   * when it is committed and flushed. undefined: there is no such event item.
   * @throws CLAIM_UNCERTAIN when nobody can tell whether it was committed.
   */
  async claimOrders(itemId: string, claims: ClaimRequestRow[]): Promise<ClaimDecision[] | undefined> {
    const orderIds = claims.map(newId);
    const row = await this.run({
      name: 'claim-orders',
      text: 'SELECT * FROM claim_orders($1, $2, $3, $4, $5)',
      values: [
        itemId,
        orderIds,
        claims.map(({ userId }) => userId),
        claims.map(({ quantity }) => quantity),
        claims.map(({ idempotencyKey }) => idempotencyKey ?? null),
      ],
    });
    if (!row) return undefined;
    const offer: Offer = {
      eventId: row.event_id,
      perUserLimit: row.per_user_limit,
      phase: row.phase,
      startsAt: row.starts_at,
      stockRemaining: row.stock_remaining,
    };
    return claims.map(({ quantity }, index) => {
      const outcome = outcomeOfLetter[row.outcomes[index] as keyof typeof outcomeOfLetter];
      const item = { eventId: row.event_id, eventItemId: itemId, itemName: row.item_name };
      if (outcome === 'granted')
        return {
          outcome,
          offer,
          order: {
            id: orderIds[index] as string,
            ...item,
            quantity,
            unitPriceMinor: Number(row.unit_price_minor),
            currency: row.currency,
            status: 'reserved',
            reservedUntil: row.reserved_until,
            createdAt: row.decided_at,
            confirmedAt: null,
          },
        };
      if (outcome === 'replayed')
        return { outcome, offer, order: { ...item, ...fromReplay(row.replays?.[index + 1] as Replay) } };
      return { outcome, offer };
    });
  }

  private async run(query: QueryConfig): Promise<ResultRow | undefined> {
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
      return (await client.query<ResultRow>(timed)).rows[0];
    } catch (error) {
      // An ERROR is PostgreSQL's word that the transaction is undone; anything else (a broken connection, a
      // server that ends) may have come after the commit.
      if ((error as { severity?: string }).severity === 'ERROR') throw error;
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

function fromReplay(replay: Replay): Omit<OrderView, 'eventId' | 'eventItemId' | 'itemName'> {
  return {
    ...replay,
    reservedUntil: new Date(replay.reservedUntil),
    createdAt: new Date(replay.createdAt),
    confirmedAt: replay.confirmedAt === null ? null : new Date(replay.confirmedAt),
  };
}
