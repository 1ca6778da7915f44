import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../platform/database/index.js';
import type { EventItemResponse } from './dto/event.response.js';
import type { EventStatus } from './event-states.js';

/** An event and its items as of `at`, the database's time; `status` is what the event is at that time. */
export interface EventView {
  id: string;
  title: string;
  description: string;
  status: EventStatus;
  startsAt: Date;
  endsAt: Date;
  openedAt: Date | null;
  closedAt: Date | null;
  soldOutAt: Date | null;
  reservationTtlSeconds: number;
  version: number;
  at: Date;
  items: EventItemResponse[];
}

/** What an act on an event decides by; read from its locked row. */
export interface LockedEvent {
  /** What the event is at `at`. */
  status: EventStatus;
  version: number;
  /** The database's time after the lock was held. */
  at: Date;
}

export interface EventFields {
  title: string;
  description: string;
  startsAt: string;
  endsAt: string;
  reservationTtlSeconds: number;
}

export interface EventItemFields {
  id: string;
  itemId: string;
  priceMinor: number;
  currency: string;
  stock: number;
  perUserLimit: number;
}

/** An event with its place in the list: the time that the list is ordered by, to the microsecond. */
export type ListedEventView = EventView & { position: string };

export interface EventOnSale {
  id: string;
  status: EventStatus;
}

/** Where a page begins: after the event `id` at `instant`. */
export interface ListPosition {
  instant: string;
  id: string;
}

/** The class of our advisory locks on single events; the second key is a hash of the id. */
const EVENT_ACTS_LOCK = 7_310_583;

const INSTANT_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';

/** How much of a description is in a list: what a card can show. */
const EXCERPT_LENGTH = 280;

/** @param text what stands for a column of long text */
const fieldsOf = (
  text: (column: string) => string,
) => `e.id, e.title, ${text('e.description')} AS description,
  event_phase(e.status, e.starts_at, e.ends_at, moment.at) AS status,
  e.starts_at AS "startsAt", e.ends_at AS "endsAt",
  e.opened_at AS "openedAt", e.closed_at AS "closedAt", e.sold_out_at AS "soldOutAt",
  e.reservation_ttl_seconds AS "reservationTtlSeconds", e.version, moment.at,
  ARRAY(
    SELECT jsonb_build_object(
      'id', i.id, 'itemId', i.item_id, 'name', c.name, 'description', ${text('c.description')},
      'category', c.category, 'imageUrl', c.image_url,
      'price', jsonb_build_object('amount', i.price_minor, 'currency', i.currency),
      'stockTotal', i.stock_total, 'stockRemaining', i.stock_remaining, 'perUserLimit', i.per_user_limit)
    FROM event_items i JOIN item_catalog c ON c.id = i.item_id
    WHERE i.event_id = e.id
    ORDER BY i.position
  ) AS items`;

/** The time is taken once per statement, so that a status and the serverTime beside it agree. */
const SOURCE = 'FROM (SELECT clock_timestamp() AS at) moment CROSS JOIN events e';

const LIST_FIELDS = fieldsOf(
  (column) =>
    `CASE WHEN length(${column}) > ${EXCERPT_LENGTH} THEN left(${column}, ${EXCERPT_LENGTH - 1}) || '…' ELSE ${column} END`,
);

const ONE_EVENT = `SELECT ${fieldsOf((column) => column)} ${SOURCE} WHERE e.id = $1`;

/** Lets the few events that are not over be found by index, however long the history grows. */
const NOT_OVER = `e.status <> 'closed' AND e.ends_at > moment.at`;

@Injectable()
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /** Within `transaction` if given, to see its own writes. */
  async find(id: string, transaction?: Transaction): Promise<EventView | undefined> {
    const [event]: EventView[] = transaction
      ? await transaction.query(ONE_EVENT, [id])
      : await this.database.queryPrepared<EventView>('event', ONE_EVENT, [id]);
    return event;
  }

  /**
   * Reads up to `count` events in one of `statuses` that come after `after`; see `orderOf` for their order. The
   * times of one page are all the same statement's.
   */
  async page(
    statuses: readonly EventStatus[] | undefined,
    after: ListPosition | undefined,
    count: number,
  ): Promise<ListedEventView[]> {
    const { column, direction, beyond } = orderOf(statuses);
    const conditions = ['TRUE'];
    const parameters: unknown[] = [count];
    const parameter = (value: unknown) => `$${parameters.push(value)}`;
    if (statuses) {
      conditions.push(
        `event_phase(e.status, e.starts_at, e.ends_at, moment.at) = ANY (${parameter(statuses)})`,
      );
      if (!statuses.includes('closed')) conditions.push(NOT_OVER);
    }
    if (after)
      conditions.push(
        `(${column}, e.id) ${beyond} (${parameter(after.instant)}::timestamptz, ${parameter(after.id)}::uuid)`,
      );
    return this.database.reader.query(
      `SELECT ${LIST_FIELDS}, to_char(${column} AT TIME ZONE 'UTC', '${INSTANT_FORMAT}') AS position ${SOURCE}
       WHERE ${conditions.join(' AND ')}
       ORDER BY ${column} ${direction}, e.id ${direction} LIMIT $1`,
      parameters,
    );
  }

  /** Reads the events on sale without their items; the soonest end comes first. */
  onSale(limit: number): Promise<EventOnSale[]> {
    return this.database.reader.query(
      `SELECT * FROM (
         SELECT e.id, event_phase(e.status, e.starts_at, e.ends_at, moment.at) AS status, e.ends_at ${SOURCE}
         WHERE ${NOT_OVER}
       ) AS event
       WHERE status IN ('live', 'sold_out') ORDER BY ends_at, id LIMIT $1`,
      [limit],
    );
  }

  async databaseTime(transaction: Transaction): Promise<Date> {
    const [row]: { at: Date }[] = await transaction.query('SELECT clock_timestamp() AS at');
    return row!.at;
  }

  /** An event whose start has passed is live from its first moment. */
  async insert(transaction: Transaction, id: string, fields: EventFields): Promise<void> {
    await transaction.query(
      `INSERT INTO events (id, title, description, starts_at, ends_at, reservation_ttl_seconds, status, opened_at)
       SELECT $1, $2, $3, $4, $5, $6, event_phase('locked', $4, $5, at), CASE WHEN at >= $4 THEN at END
       FROM (SELECT clock_timestamp() AS at) moment`,
      [id, ...values(fields)],
    );
  }

  /** Replaces the fields and raises the version; like `insert`, a start that has passed makes it live. */
  async update(transaction: Transaction, id: string, fields: EventFields): Promise<void> {
    await transaction.query(
      `UPDATE events
       SET title = $2, description = $3, starts_at = $4, ends_at = $5, reservation_ttl_seconds = $6,
         version = version + 1, status = event_phase('locked', $4, $5, at),
         opened_at = CASE WHEN at >= $4 THEN at END
       FROM (SELECT clock_timestamp() AS at) moment
       WHERE id = $1`,
      [id, ...values(fields)],
    );
  }

  /** Makes `items` the event's items, in their order; one that was there under the same item keeps its id. */
  async replaceItems(
    transaction: Transaction,
    eventId: string,
    items: readonly EventItemFields[],
  ): Promise<void> {
    await transaction.query('DELETE FROM event_items WHERE event_id = $1 AND item_id <> ALL ($2)', [
      eventId,
      items.map(({ itemId }) => itemId),
    ]);
    await transaction.query(
      `INSERT INTO event_items
         (id, event_id, item_id, position, price_minor, currency, stock_total, stock_remaining, per_user_limit)
       SELECT item.id, $1, item."itemId", item.position, item."priceMinor", item.currency, item.stock, item.stock,
         item."perUserLimit"
       FROM jsonb_to_recordset($2) AS item (id uuid, "itemId" uuid, position integer, "priceMinor" bigint,
         currency text, stock integer, "perUserLimit" integer)
       ON CONFLICT (event_id, item_id) DO UPDATE
       SET position = excluded.position, price_minor = excluded.price_minor, currency = excluded.currency,
         stock_total = excluded.stock_total, stock_remaining = excluded.stock_remaining,
         per_user_limit = excluded.per_user_limit`,
      [eventId, JSON.stringify(items.map((item, position) => ({ ...item, position })))],
    );
  }

  /**
   * Waits until nobody else edits, opens or closes the event, then locks its items in the order of their
   * ids and its own row last. So whoever held an item before, such as a claim, is done, and whoever gets
   * one after sees what this transaction made of the event. Undefined if there is no such event.
   */
  async lockWithItems(transaction: Transaction, id: string): Promise<LockedEvent | undefined> {
    await transaction.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [EVENT_ACTS_LOCK, id]);
    return this.lockRows(transaction, id);
  }

  /** Like `lockWithItems`, but undefined at once if another transaction acts on the event. */
  async tryLockWithItems(transaction: Transaction, id: string): Promise<LockedEvent | undefined> {
    const [attempt]: { taken: boolean }[] = await transaction.query(
      'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS taken',
      [EVENT_ACTS_LOCK, id],
    );
    return attempt!.taken ? this.lockRows(transaction, id) : undefined;
  }

  private async lockRows(transaction: Transaction, id: string): Promise<LockedEvent | undefined> {
    await transaction.query('SELECT id FROM event_items WHERE event_id = $1 ORDER BY id FOR UPDATE', [id]);
    await transaction.query('SELECT id FROM events WHERE id = $1 FOR UPDATE', [id]);
    // A statement of its own, so that it sees what was committed while the locks were waited for.
    const [event]: LockedEvent[] = await transaction.query(
      `SELECT event_phase(status, starts_at, ends_at, moment.at) AS status, version, moment.at
       FROM (SELECT clock_timestamp() AS at) moment CROSS JOIN events WHERE id = $1`,
      [id],
    );
    return event;
  }

  async markForceOpened(transaction: Transaction, id: string, at: Date, actorId: string): Promise<void> {
    await transaction.query(
      `UPDATE events SET status = 'live', opened_at = $2, force_opened_at = $2, force_opened_by = $3
       WHERE id = $1`,
      [id, at, actorId],
    );
  }

  async markForceClosed(transaction: Transaction, id: string, at: Date, actorId: string): Promise<void> {
    await transaction.query(
      `UPDATE events SET status = 'closed', closed_at = $2, force_closed_at = $2, force_closed_by = $3
       WHERE id = $1`,
      [id, at, actorId],
    );
  }
}

/** What comes first: of events on sale the soonest end, of locked ones the soonest start, else the latest start. */
function orderOf(statuses: readonly EventStatus[] | undefined) {
  const all = (wanted: readonly EventStatus[]) =>
    statuses !== undefined && statuses.every((status) => wanted.includes(status));
  if (all(['live', 'sold_out'])) return { column: 'e.ends_at', direction: 'ASC', beyond: '>' };
  if (all(['locked'])) return { column: 'e.starts_at', direction: 'ASC', beyond: '>' };
  return { column: 'e.starts_at', direction: 'DESC', beyond: '<' };
}

function values(fields: EventFields): unknown[] {
  const { title, description, startsAt, endsAt, reservationTtlSeconds } = fields;
  return [title, description, startsAt, endsAt, reservationTtlSeconds];
}
