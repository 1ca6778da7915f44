import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import type { CensusItem, CensusOrder, CensusResponse } from './dto/census.response.js';

/** One statement, so that all sums are of one snapshot, however busy the sale is. */
const CENSUS = `
WITH items AS MATERIALIZED (
  SELECT id, position, per_user_limit, stock_total, stock_remaining FROM event_items WHERE event_id = $1
), placed AS MATERIALIZED (
  SELECT orders.event_item_id, user_id, quantity, status, idempotency_key, reserved_until
    FROM orders JOIN items ON orders.event_item_id = items.id
), sums AS (
  SELECT event_item_id, count(*)::int AS orders,
         coalesce(sum(quantity) FILTER (WHERE status = 'reserved'), 0)::int AS reserved,
         coalesce(sum(quantity) FILTER (WHERE status = 'confirmed'), 0)::int AS confirmed,
         coalesce(sum(quantity) FILTER (WHERE status = 'cancelled'), 0)::int AS cancelled,
         coalesce(sum(quantity) FILTER (WHERE status = 'expired'), 0)::int AS expired
    FROM placed GROUP BY event_item_id
), above AS (
  SELECT user_id FROM placed JOIN items ON items.id = placed.event_item_id
   WHERE status IN ('reserved', 'confirmed')
   GROUP BY user_id, items.id, per_user_limit HAVING sum(quantity) > per_user_limit
), repeated AS (
  SELECT FROM placed WHERE idempotency_key IS NOT NULL
   GROUP BY user_id, idempotency_key HAVING count(*) > 1
), overdue AS (
  SELECT count(*)::int AS count,
         coalesce(extract(epoch FROM statement_timestamp() - min(reserved_until)), 0)::float8 AS "oldestSeconds"
    FROM placed WHERE status = 'reserved' AND reserved_until < statement_timestamp()
)
SELECT clock_timestamp() AS "takenAt",
       (SELECT json_agg(json_build_object(
                 'eventItemId', id, 'perUserLimit', per_user_limit,
                 'stockTotal', stock_total, 'stockRemaining', stock_remaining,
                 'reserved', coalesce(reserved, 0), 'confirmed', coalesce(confirmed, 0),
                 'cancelled', coalesce(cancelled, 0), 'expired', coalesce(expired, 0),
                 'orders', coalesce(orders, 0)) ORDER BY position)
          FROM items LEFT JOIN sums ON sums.event_item_id = items.id) AS items,
       (SELECT count(DISTINCT user_id)::int FROM above) AS "usersAboveLimit",
       (SELECT count(*)::int FROM repeated) AS "duplicateKeys",
       (SELECT row_to_json(overdue) FROM overdue) AS "overdueReservations"`;

interface CensusRow {
  takenAt: Date;
  items: CensusItem[] | null;
  usersAboveLimit: number;
  duplicateKeys: number;
  overdueReservations: CensusResponse['overdueReservations'];
}

type OrderRow = Omit<CensusOrder, 'createdAt' | 'reservedUntil'> & { createdAt: Date; reservedUntil: Date };

/** Where a page of orders begins: after this order. */
export interface OrderPosition {
  eventItemId: string;
  userId: string;
  id: string;
}

@Injectable()
export class CensusRepository {
  constructor(private readonly database: Database) {}

  async take(eventId: string): Promise<CensusResponse> {
    const rows: CensusRow[] = await this.database.reader.query(CENSUS, [eventId]);
    const { takenAt, items, ...sums } = rows[0] as CensusRow;
    return { eventId, takenAt: takenAt.toISOString(), items: items ?? [], ...sums };
  }

  /** In the order of the index by event item and user, so that each page reads only its own rows. */
  async listOrders(eventId: string, after: OrderPosition | undefined, count: number): Promise<CensusOrder[]> {
    const rows: OrderRow[] = await this.database.reader.query(
      `SELECT id, user_id AS "userId", event_item_id AS "eventItemId", quantity, status,
              idempotency_key AS "idempotencyKey", created_at AS "createdAt", reserved_until AS "reservedUntil"
         FROM orders
        WHERE event_item_id = ANY (ARRAY(SELECT id FROM event_items WHERE event_id = $1))
          AND ($2::uuid IS NULL OR (event_item_id, user_id, id) > ($2, $3::uuid, $4::uuid))
        ORDER BY event_item_id, user_id, id LIMIT $5`,
      [eventId, after?.eventItemId ?? null, after?.userId ?? null, after?.id ?? null, count],
    );
    return rows.map(({ createdAt, reservedUntil, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      reservedUntil: reservedUntil.toISOString(),
    }));
  }
}
