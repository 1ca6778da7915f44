import type { Pool } from 'pg';
import { newId } from '../../src/platform/values/ids.js';

export interface DropOptions {
  /** One event item for each. */
  stocks?: number[];
  perUserLimit?: number;
  status?: 'locked' | 'live' | 'sold_out' | 'closed';
  /** Seconds from now, by the database's clock. */
  startsIn?: number;
  endsIn?: number;
  reservationTtlSeconds?: number;
  priceMinor?: number;
}

export interface TestDrop {
  eventId: string;
  /** In the order of `stocks`. */
  itemIds: string[];
  /** The first of them. */
  itemId: string;
}

/** An event with items straight in the database: live, unless told otherwise. */
export async function createDrop(pool: Pool, options: DropOptions = {}): Promise<TestDrop> {
  const {
    stocks = [10],
    perUserLimit = 1,
    status = 'live',
    startsIn = -60,
    endsIn = 3600,
    reservationTtlSeconds = 300,
    priceMinor = 12_900,
  } = options;
  const eventId = newId();
  await pool.query(
    `INSERT INTO events (id, title, description, status, starts_at, ends_at, reservation_ttl_seconds, opened_at)
     VALUES ($1, 'Drop', '', $2, now() + make_interval(secs => $3), now() + make_interval(secs => $4), $5,
       CASE WHEN $2 <> 'locked' THEN now() + make_interval(secs => least($3, 0)) END)`,
    [eventId, status, startsIn, endsIn, reservationTtlSeconds],
  );
  const itemIds: string[] = [];
  for (const [position, stock] of stocks.entries()) {
    const catalogId = newId();
    const itemId = newId();
    await pool.query(
      `INSERT INTO item_catalog (id, name, description, category) VALUES ($1, $2, '', 'tests')`,
      [catalogId, `Item ${position + 1}`],
    );
    await pool.query(
      `INSERT INTO event_items (id, event_id, item_id, position, price_minor, currency, stock_total, stock_remaining, per_user_limit)
       VALUES ($1, $2, $3, $4, $5, 'USD', $6, $6, $7)`,
      [itemId, eventId, catalogId, position, priceMinor, stock, perUserLimit],
    );
    itemIds.push(itemId);
  }
  return { eventId, itemIds, itemId: itemIds[0] as string };
}

/** Customers straight in the database; they cannot log in. */
export async function createShoppers(pool: Pool, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  await pool.query(
    `INSERT INTO users (id, email, password_hash, display_name, role)
     SELECT id, id || '@shoppers.test', '-', 'Shopper', 'customer' FROM unnest($1::uuid[]) AS id`,
    [ids],
  );
  return ids;
}

export async function stockOf(pool: Pool, itemId: string): Promise<number> {
  const { rows } = await pool.query('SELECT stock_remaining FROM event_items WHERE id = $1', [itemId]);
  return rows[0].stock_remaining;
}

export async function statusOf(pool: Pool, eventId: string): Promise<string> {
  const { rows } = await pool.query('SELECT status FROM events WHERE id = $1', [eventId]);
  return rows[0].status;
}

/** Moves an open reservation's time into the past. */
export async function makeOverdue(pool: Pool, orderId: string): Promise<void> {
  await pool.query(`UPDATE orders SET reserved_until = now() - interval '1 second' WHERE id = $1`, [orderId]);
}

/** Runs `work` while the item's row is locked by somebody else. */
export async function whileItemLocked(pool: Pool, itemId: string, work: () => Promise<void>): Promise<void> {
  const blocker = await pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM event_items WHERE id = $1 FOR UPDATE', [itemId]);
    await work();
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
}

/** How many connections of the application's claims wait for a lock. */
export async function claimsThatWaitForALock(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'swiftdrop-claims' AND wait_event_type = 'Lock'`,
  );
  return rows[0].count;
}
