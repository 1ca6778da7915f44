import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { EventsService } from '../events/index.js';
import { AuditService } from '../audit/index.js';
import { ordersCsvHead, ordersCsvRows } from './orders-csv.js';
import { OrdersExportRepository } from './orders-export.repository.js';

/**
 * What an export holds in memory, however long it is; small, since writing a page holds the thread that
 * also sells.
 */
const PAGE_SIZE = 250;

export interface OrdersExport {
  fileName: string;
  chunks: AsyncIterable<string>;
}

@Injectable()
export class OrdersExportService {
  constructor(
    private readonly database: Database,
    private readonly events: EventsService,
    private readonly orders: OrdersExportRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * All orders of an event as CSV, grouped by item and shopper, a page at a time as fast as the reader takes
   * them. It carries people's addresses, so it leaves a trace before its first byte. Each page is a snapshot
   * of its own: while the drop sells, later pages may show newer states.
   * @throws EVENT_NOT_FOUND
   */
  async of(adminId: string, eventId: string): Promise<OrdersExport> {
    const { title, startsAt } = await this.events.get(eventId);
    const items = await this.orders.itemsOf(eventId);
    await this.database.transaction((transaction) =>
      this.audit.record(transaction, adminId, 'event.orders_exported', eventId, { title }),
    );
    return { fileName: `orders-${startsAt.slice(0, 10)}-${eventId}.csv`, chunks: this.chunks(items) };
  }

  private async *chunks(items: readonly string[]): AsyncGenerator<string> {
    yield ordersCsvHead();
    for (const item of items) {
      let after: { userId: string; id: string } | undefined;
      do {
        const page = await this.orders.page(item, after, PAGE_SIZE);
        if (page.length > 0) yield ordersCsvRows(page);
        after = page.length === PAGE_SIZE ? page.at(-1) : undefined;
      } while (after);
    }
  }
}
