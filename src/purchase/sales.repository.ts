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
  confirmed: string;
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
    const rows: SalesRow[] = await this.database.reader.query(
      `WITH sales AS (
         SELECT
           o.event_item_id, o.currency,
           sum(o.quantity) FILTER (WHERE o.status = 'reserved') AS reserved,
           sum(o.quantity) FILTER (WHERE o.status = 'confirmed') AS confirmed,
           sum(o.quantity * o.unit_price_minor) FILTER (WHERE o.status = 'confirmed') AS revenue,
           count(*) FILTER (WHERE o.created_at > now() - make_interval(secs => $2)) AS recent_orders
         FROM event_items i JOIN orders o ON o.event_item_id = i.id
         WHERE i.event_id = ANY ($1)
         GROUP BY o.event_item_id, o.currency
       ), revenue AS (
         SELECT event_id, jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) ORDER BY currency) AS revenue
         FROM (
           SELECT i.event_id, s.currency, sum(s.revenue) AS amount
           FROM sales s JOIN event_items i ON i.id = s.event_item_id
           WHERE s.revenue IS NOT NULL GROUP BY i.event_id, s.currency
         ) AS by_currency
         GROUP BY event_id
       ), units AS (
         SELECT event_item_id, sum(reserved) AS reserved, sum(confirmed) AS confirmed, sum(recent_orders) AS recent_orders
         FROM sales GROUP BY event_item_id
       )
       SELECT
         i.event_id, sum(i.stock_total) AS stock_total, sum(i.stock_remaining) AS stock_remaining,
         coalesce(sum(u.reserved), 0) AS reserved, coalesce(sum(u.confirmed), 0) AS confirmed,
         coalesce(sum(u.recent_orders), 0) AS recent_orders, r.revenue
       FROM event_items i LEFT JOIN units u ON u.event_item_id = i.id LEFT JOIN revenue r ON r.event_id = i.event_id
       WHERE i.event_id = ANY ($1)
       GROUP BY i.event_id, r.revenue`,
      [eventIds, RATE_WINDOW_SECONDS],
    );
    return new Map(
      rows.map((row) => [
        row.event_id,
        {
          stockTotal: Number(row.stock_total),
          stockRemaining: Number(row.stock_remaining),
          reserved: Number(row.reserved),
          confirmed: Number(row.confirmed),
          revenue: (row.revenue ?? []).map(({ amount, currency }) => Money.of(amount, currency)),
          ordersPerSecond: Number(row.recent_orders) / RATE_WINDOW_SECONDS,
        },
      ]),
    );
  }
}
