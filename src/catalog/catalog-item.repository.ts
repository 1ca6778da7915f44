import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../platform/database/index.js';
import { CatalogItem } from './catalog-item.entity.js';

export interface CatalogItemFilter {
  search?: string;
  category?: string;
}

@Injectable()
export class CatalogItemRepository {
  constructor(private readonly database: Database) {}

  async insert(transaction: Transaction, item: Omit<CatalogItem, 'createdAt'>): Promise<CatalogItem> {
    await transaction.manager.insert(CatalogItem, item);
    return transaction.manager.findOneByOrFail(CatalogItem, { id: item.id });
  }

  find(id: string): Promise<CatalogItem | null> {
    return this.database.reader.findOneBy(CatalogItem, { id });
  }

  /** Newest first; up to `count` items that come after the item `afterId`. */
  page(filter: CatalogItemFilter, afterId: string | undefined, count: number): Promise<CatalogItem[]> {
    const query = this.database.reader.createQueryBuilder(CatalogItem, 'item');
    if (filter.search !== undefined)
      query.andWhere('item.name ILIKE :pattern', { pattern: `%${escapeLike(filter.search)}%` });
    if (filter.category !== undefined)
      query.andWhere('item.category = :category', { category: filter.category });
    if (afterId !== undefined) query.andWhere('item.id < :afterId', { afterId });
    return query.orderBy('item.id', 'DESC').limit(count).getMany();
  }

  /** Which of `ids` exist. */
  async findExisting(transaction: Transaction, ids: readonly string[]): Promise<Set<string>> {
    const rows: { id: string }[] = await transaction.query('SELECT id FROM item_catalog WHERE id = ANY($1)', [
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
