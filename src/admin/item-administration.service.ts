import { Injectable } from '@nestjs/common';
import { CatalogService, type CatalogItemResponse, type CreateCatalogItemRequest } from '../catalog/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import { AuditService } from '../audit/index.js';

@Injectable()
export class ItemAdministration {
  constructor(
    private readonly idempotency: IdempotencyService,
    private readonly catalog: CatalogService,
    private readonly audit: AuditService,
  ) {}

  /** Adds an item to the catalogue, with its audit entry, in one transaction. */
  create(
    adminId: string,
    input: CreateCatalogItemRequest,
    keyed?: KeyedRequest,
  ): Promise<CatalogItemResponse> {
    return this.idempotency.inTransaction(adminId, keyed, async (transaction) => {
      const item = await this.catalog.create(transaction, input);
      const { name, category, imageUrl } = item;
      await this.audit.record(transaction, adminId, 'item.created', item.id, { name, category, imageUrl });
      return item;
    });
  }
}
