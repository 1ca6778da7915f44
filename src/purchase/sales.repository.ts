import { Injectable } from '@nestjs/common';
import { Money } from '../platform/values/index.js';
import { Database, readSql } from '../platform/database/index.js';

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

/** How far back the pace is told: what a chart of it shows. */
export const PACE_SECONDS = 300;

/** The pace of each event at the same instants, one a second. */
export interface SalesPace {
  /** The instant of the last value. */
  until: Date;
  /** By event: `ordersPerSecond` as it was at each instant, oldest first. */
  ordersPerSecond: Map<string, number[]>;
}

interface SalesRow {
  event_id: string;
  stock_total: string;
  stock_remaining: string;
  reserved: string;
  revenue: { amount: number; currency: string }[] | null;
  recent_orders: string;
}

const SALES = readSql(import.meta.url, 'sales');
const PACE = readSql(import.meta.url, 'pace');

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

  async paceOf(eventIds: readonly string[]): Promise<SalesPace> {
    const seconds = PACE_SECONDS + RATE_WINDOW_SECONDS;
    // Asked for apart: as an expression the bound would be computed for each order, and took half of the time.
    const [{ until, first_id }] = (await this.database.reader.query(
      'SELECT now() AS until, first_id_since(now() - make_interval(secs => $1)) AS first_id',
      [seconds],
    )) as [{ until: Date; first_id: string }];
    const rows: { event_id: string; age: number; orders: number }[] = await this.database.reader.query(PACE, [
      eventIds,
      until,
      seconds,
      first_id,
    ]);
    const placed = new Map(eventIds.map((id) => [id, new Array<number>(seconds).fill(0)]));
    for (const { event_id, age, orders } of rows) {
      const bySecond = placed.get(event_id);
      if (bySecond) bySecond[seconds - 1 - age] = (bySecond[seconds - 1 - age] ?? 0) + orders;
    }
    const rates = [...placed].map(
      ([id, orders]) => [id, movingAverage(orders, RATE_WINDOW_SECONDS)] as const,
    );
    return { until, ordersPerSecond: new Map(rates) };
  }

  async salesOf(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    const rows: SalesRow[] = await this.database.reader.query(SALES, [eventIds, RATE_WINDOW_SECONDS]);
    return new Map(rows.map((row) => [row.event_id, toSales(row)]));
  }
}

/** The mean of each value and those before it, `window` of them; the first ones, which have too few, have none. */
function movingAverage(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values
    .map((value, index) => {
      sum += value - (values[index - window] ?? 0);
      return sum / window;
    })
    .slice(window);
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
