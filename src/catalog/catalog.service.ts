import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { decodeCursor, toPage, type Page } from '../platform/http/index.js';
import { newId } from '../platform/values/index.js';
import type { Transaction } from '../platform/database/index.js';
import type { CatalogItem } from './catalog-item.entity.js';
import { CatalogItemRepository } from './catalog-item.repository.js';
import { catalogErrors } from './catalog.errors.js';
import type { CatalogItemResponse } from './dto/catalog-item.response.js';
import type { CreateCatalogItemRequest } from './dto/create-catalog-item.request.js';
import type { ListCatalogItemsQuery } from './dto/list-catalog-items.query.js';

/** The reusable master items that drops are made of. */
@Injectable()
export class CatalogService {
  constructor(private readonly items: CatalogItemRepository) {}

  /** Adds an item, in the caller's transaction. */
  async create(transaction: Transaction, input: CreateCatalogItemRequest): Promise<CatalogItemResponse> {
    const item = await this.items.insert(transaction, {
      id: newId(),
      name: input.name,
      description: input.description ?? '',
      category: input.category,
      imageUrl: input.imageUrl ?? null,
    });
    return toResponse(item);
  }

  /**
   * Newest first.
   * @throws INVALID_CURSOR
   */
  async list(query: ListCatalogItemsQuery): Promise<Page<CatalogItemResponse>> {
    const [afterId] = decodeCursor(query.cursor, [isUUID]) ?? [];
    const rows = await this.items.page(query, afterId, query.limit + 1);
    return toPage(rows, query.limit, (item) => [item.id], toResponse);
  }

  /** @throws ITEM_NOT_FOUND */
  async get(id: string): Promise<CatalogItemResponse> {
    const item = await this.items.find(id);
    if (!item) throw catalogErrors.ITEM_NOT_FOUND();
    return toResponse(item);
  }

  /** Which of `ids` exist. */
  findExisting(transaction: Transaction, ids: readonly string[]): Promise<Set<string>> {
    return this.items.findExisting(transaction, ids);
  }
}

function toResponse(item: CatalogItem): CatalogItemResponse {
  return {
    id: item.id,
    name: item.name,
    description: item.description,
    category: item.category,
    imageUrl: item.imageUrl,
    createdAt: item.createdAt.toISOString(),
  };
}
