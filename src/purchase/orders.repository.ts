import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../platform/database/index.js';
import { type OrderStatus, type ReleaseReason } from './order-states.js';
import type { ListedOrderView, OrderView } from './order-view.js';

interface OrderRow {
  id: string;
  event_id: string;
  event_item_id: string;
  item_name: string;
  quantity: number;
  unit_price_minor: string;
  currency: string;
  status: OrderStatus;
  reserved_until: Date;
  created_at: Date;
  confirmed_at: Date | null;
  release_reason: ReleaseReason | null;
}

/** An order that just gave up its units. */
export interface ReleasedOrder {
  orderId: string;
  userId: string;
  eventItemId: string;
  quantity: number;
}

/** Where stock has come back. */
export interface ReturnedStock {
  eventItemId: string;
  eventId: string;
}

/** What a shopper may do to a reservation; `confirm_orders` and `cancel_orders` say what becomes of it. */
export type ResolvingAct = 'confirm' | 'cancel';

export interface OwnOrder {
  userId: string;
  orderId: string;
}

type Outcome = 'done' | 'already' | 'unknown' | 'overdue' | 'not_reserved';

/** What an act on an order came to, and the order as it is now. */
export type Resolution =
  | { outcome: 'unknown' }
  | { outcome: Exclude<Outcome, 'unknown'>; order: OrderView; eventForceClosed: boolean };

/** An order and whose it is. */
export interface OwnedView {
  userId: string;
  view: OrderView;
}

/** From `orders AS o`, or a CTE of them. */
const VIEW = `
  o.id, i.event_id, o.event_item_id, c.name AS item_name, o.quantity, o.unit_price_minor, o.currency, o.status,
  o.reserved_until, o.created_at, o.confirmed_at, o.release_reason`;
const VIEW_JOINS = 'JOIN event_items i ON i.id = o.event_item_id JOIN item_catalog c ON c.id = i.item_id';

@Injectable()
export class OrdersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Confirms or cancels several orders in one transaction of one round trip; answers in the same order. Cancelling
   * returns the stock.
   */
  async resolve(act: ResolvingAct, requests: readonly OwnOrder[]): Promise<Resolution[]> {
    const rows = await this.database.queryPrepared<
      OrderRow & { outcome: Outcome; event_force_closed: boolean }
    >(
      `${act}-orders`,
      `SELECT outcome, id, event_id, event_item_id, item_name, quantity, unit_price_minor, currency, status,
         reserved_until, created_at, confirmed_at, release_reason, event_force_closed
       FROM ${act}_orders($1, $2)`,
      [requests.map(({ orderId }) => orderId), requests.map(({ userId }) => userId)],
    );
    return rows.map((row) =>
      row.outcome === 'unknown'
        ? { outcome: row.outcome }
        : { outcome: row.outcome, order: toView(row), eventForceClosed: row.event_force_closed },
    );
  }

  /**
   * Expires reservations whose time is over, at most `limit`. Those that somebody else is just resolving are
   * skipped, so it never waits and several instances share the work. Does not return the stock.
   */
  expireDue(transaction: Transaction, limit: number): Promise<ReleasedOrder[]> {
    return transaction.query('SELECT * FROM expire_orders($1)', [limit]);
  }

  /** Cancels those of `orderIds` that are still reserved, in the name of the event's end. */
  cancelForClosedEvent(transaction: Transaction, orderIds: string[]): Promise<ReleasedOrder[]> {
    return transaction.query('SELECT * FROM cancel_orders_of_closed_event($1)', [orderIds]);
  }

  /**
   * Gives units back to their items and makes their sold-out events live again. Call it last in the
   * transaction that released the orders: it locks items, then events.
   */
  returnStock(transaction: Transaction, released: readonly Stock[]): Promise<ReturnedStock[]> {
    return transaction.query(
      `SELECT event_item_id AS "eventItemId", event_id AS "eventId" FROM return_stock($1, $2)`,
      [released.map(({ eventItemId }) => eventItemId), released.map(({ quantity }) => quantity)],
    );
  }

  /** Ids of the event's open reservations, at most `limit`, sorted. */
  async openReservationsOf(eventId: string, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.database.reader.query(
      `SELECT o.id FROM event_items i JOIN orders o ON o.event_item_id = i.id
       WHERE i.event_id = $1 AND o.status = 'reserved' ORDER BY o.id LIMIT $2`,
      [eventId, limit],
    );
    return rows.map(({ id }) => id);
  }

  async findOfUser(userId: string, orderId: string): Promise<OrderView | undefined> {
    const rows: OrderRow[] = await this.database.reader.query(
      `SELECT ${VIEW} FROM orders o ${VIEW_JOINS} WHERE o.id = $1 AND o.user_id = $2`,
      [orderId, userId],
    );
    return rows[0] && toView(rows[0]);
  }

  /** Newest first, from after `beforeId`; if need be only those in one event, or only those that stand or do not. */
  async listOfUser(
    userId: string,
    limit: number,
    { beforeId, eventId, standing }: { beforeId?: string; eventId?: string; standing?: boolean },
  ): Promise<ListedOrderView[]> {
    const rows: (OrderRow & { event_title: string })[] = await this.database.reader.query(
      `SELECT ${VIEW}, e.title AS event_title FROM orders o ${VIEW_JOINS} JOIN events e ON e.id = i.event_id
       WHERE o.user_id = $1 AND ($3::uuid IS NULL OR o.id < $3) AND ($4::uuid IS NULL OR i.event_id = $4)
         AND ($5::boolean IS NULL OR (o.status IN ('reserved', 'confirmed')) = $5)
       ORDER BY o.id DESC LIMIT $2`,
      [userId, limit, beforeId ?? null, eventId ?? null, standing ?? null],
    );
    return rows.map((row) => ({ ...toView(row), eventTitle: row.event_title }));
  }

  /** Open reservations of these users, nearest to their end first, if need be only those that end soon. */
  openReservations(
    userIds: readonly string[],
    withinSeconds: number | undefined,
    limit: number,
  ): Promise<OwnedView[]> {
    return this.owned(
      `SELECT ${VIEW}, o.user_id FROM orders o ${VIEW_JOINS}
       WHERE o.status = 'reserved' AND o.user_id = ANY ($1) AND o.reserved_until > now()
         AND ($2::integer IS NULL OR o.reserved_until <= now() + make_interval(secs => $2))
       ORDER BY o.reserved_until LIMIT $3`,
      [userIds, withinSeconds ?? null, limit],
    );
  }

  byIds(orderIds: readonly string[]): Promise<OwnedView[]> {
    return this.owned(`SELECT ${VIEW}, o.user_id FROM orders o ${VIEW_JOINS} WHERE o.id = ANY ($1)`, [
      orderIds,
    ]);
  }

  private async owned(sql: string, values: unknown[]): Promise<OwnedView[]> {
    const rows: (OrderRow & { user_id: string })[] = await this.database.reader.query(sql, values);
    return rows.map((row) => ({ userId: row.user_id, view: toView(row) }));
  }

  async hasConfirmedOrder(userId: string, catalogItemId: string): Promise<boolean> {
    const rows: unknown[] = await this.database.reader.query(
      `SELECT 1 FROM event_items i JOIN orders o ON o.event_item_id = i.id
       WHERE i.item_id = $2 AND o.user_id = $1 AND o.status = 'confirmed' LIMIT 1`,
      [userId, catalogItemId],
    );
    return rows.length > 0;
  }
}

type Stock = Pick<ReleasedOrder, 'eventItemId' | 'quantity'>;

function toView(row: OrderRow): OrderView {
  return {
    id: row.id,
    eventId: row.event_id,
    eventItemId: row.event_item_id,
    itemName: row.item_name,
    quantity: row.quantity,
    unitPriceMinor: Number(row.unit_price_minor),
    currency: row.currency,
    status: row.status,
    reservedUntil: row.reserved_until,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    releaseReason: row.release_reason,
  };
}
