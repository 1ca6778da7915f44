import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import type { OrderStatus } from '../purchase/index.js';

export interface ExportedOrder {
  id: string;
  userId: string;
  shopper: string;
  email: string;
  item: string;
  quantity: number;
  /** Minor units, as text: a bigint. */
  unitPrice: string;
  currency: string;
  status: OrderStatus;
  createdAt: Date;
  reservedUntil: Date;
  confirmedAt: Date | null;
  releasedAt: Date | null;
  releaseReason: string | null;
}

@Injectable()
export class OrdersExportRepository {
  constructor(private readonly database: Database) {}

  async itemsOf(eventId: string): Promise<string[]> {
    const rows: { id: string }[] = await this.database.reader.query(
      'SELECT id FROM event_items WHERE event_id = $1 ORDER BY position',
      [eventId],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Orders of one event item in the order of the index by event item and user, so that each page reads its
   * own rows only, however many came before.
   */
  page(
    eventItemId: string,
    after: { userId: string; id: string } | undefined,
    count: number,
  ): Promise<ExportedOrder[]> {
    return this.database.reader.query(PAGE, [eventItemId, after?.userId ?? null, after?.id ?? null, count]);
  }
}

const PAGE = `
WITH page AS MATERIALIZED (
  SELECT * FROM orders
  WHERE event_item_id = $1 AND ($2::uuid IS NULL OR (user_id, id) > ($2::uuid, $3::uuid))
  ORDER BY user_id, id LIMIT $4
)
SELECT o.id, o.user_id AS "userId", u.display_name AS shopper, u.email, c.name AS item, o.quantity,
       o.unit_price_minor AS "unitPrice", o.currency, o.status, o.created_at AS "createdAt",
       o.reserved_until AS "reservedUntil", o.confirmed_at AS "confirmedAt", o.released_at AS "releasedAt",
       o.release_reason AS "releaseReason"
FROM page o
JOIN users u ON u.id = o.user_id
JOIN event_items i ON i.id = o.event_item_id
JOIN item_catalog c ON c.id = i.item_id
ORDER BY o.user_id, o.id`;
