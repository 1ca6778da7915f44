import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { User } from '../auth/index.js';
import { CatalogItem } from '../catalog/index.js';
import type { Transaction } from '../platform/database/index.js';
import { DropEvent, EventItem } from '../events/index.js';
import { Order } from '../purchase/index.js';

/** Instances that start at once seed one after the other; any number that nobody else uses. */
const SEED_LOCK_KEY = 7_310_583;
const DISCUSSION_LOCK_KEY = 7_310_584;

export interface PastDrop {
  event: Pick<DropEvent, 'id' | 'title' | 'description' | 'startsAt' | 'endsAt' | 'reservationTtlSeconds'>;
  items: EventItem[];
  orders: Pick<
    Order,
    'id' | 'userId' | 'eventItemId' | 'quantity' | 'unitPriceMinor' | 'currency' | 'createdAt' | 'confirmedAt'
  >[];
}

@Injectable()
export class SeedRepository {
  /** Held until the transaction ends. */
  async lockSeeding(transaction: Transaction): Promise<void> {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK_KEY]);
  }

  /** Held until the transaction ends. @returns whether nobody else holds it. */
  async tryLockDiscussion(transaction: Transaction): Promise<boolean> {
    const [row] = await transaction.query<[{ locked: boolean }]>(
      'SELECT pg_try_advisory_xact_lock($1) AS locked',
      [DISCUSSION_LOCK_KEY],
    );
    return row.locked;
  }

  async databaseTime(transaction: Transaction): Promise<Date> {
    const [row] = await transaction.query<[{ now: Date }]>('SELECT clock_timestamp() AS now');
    return row.now;
  }

  /** Ids of the users that exist, by email. */
  async userIds(transaction: Transaction, emails: readonly string[]): Promise<Map<string, string>> {
    const users = await transaction.manager.findBy(User, { email: In(emails) });
    return new Map(users.map(({ email, id }) => [email, id]));
  }

  /** Ids of the catalogue's items that exist, by the address of their image; the first of several. */
  async itemIds(transaction: Transaction, imageUrls: readonly string[]): Promise<Map<string, string>> {
    const items = await transaction.manager.find(CatalogItem, {
      where: { imageUrl: In(imageUrls) },
      order: { id: 'DESC' },
    });
    return new Map(items.map(({ imageUrl, id }) => [imageUrl as string, id]));
  }

  /** Id of the drop of this title that is over, if there is one; the first of several. */
  async pastEventId(transaction: Transaction, title: string): Promise<string | undefined> {
    const [event] = await transaction.manager.find(DropEvent, {
      where: { title, status: 'closed' },
      order: { id: 'ASC' },
      take: 1,
    });
    return event?.id;
  }

  countEvents(transaction: Transaction): Promise<number> {
    return transaction.manager.count(DropEvent);
  }

  /** Whether something can be bought now, or from a drop that opens within the hour. */
  async somethingToBuy(transaction: Transaction): Promise<boolean> {
    const [row] = await transaction.query<[{ found: boolean }]>(`
      SELECT EXISTS (
        SELECT FROM events e JOIN event_items i ON i.event_id = e.id
        WHERE i.stock_remaining > 0
          AND CASE event_phase(e.status, e.starts_at, e.ends_at, clock_timestamp())
                WHEN 'live' THEN true
                WHEN 'locked' THEN e.starts_at < clock_timestamp() + interval '1 hour'
                ELSE false
              END
      ) AS found`);
    return row.found;
  }

  /** A drop as it stands when it is over and all its orders were confirmed. */
  async insertPastDrop(transaction: Transaction, { event, items, orders }: PastDrop): Promise<void> {
    await transaction.manager.insert(DropEvent, {
      ...event,
      status: 'closed',
      openedAt: event.startsAt,
      closedAt: event.endsAt,
    });
    await transaction.manager.insert(EventItem, items);
    await transaction.manager.insert(
      Order,
      orders.map((order) => ({ ...order, status: 'confirmed' as const, reservedUntil: event.endsAt })),
    );
  }
}
