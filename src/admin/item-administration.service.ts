import { Injectable } from '@nestjs/common';
import { CatalogService, type CatalogItemResponse, type CreateCatalogItemRequest } from '../catalog/index.js';
import { Database } from '../database/index.js';
import { AuditService } from './audit.service.js';

@Injectable()
export class ItemAdministration {
  constructor(
    private readonly database: Database,
    private readonly catalog: CatalogService,
    private readonly audit: AuditService,
  ) {}

  /** Adds an item to the catalogue, with its audit entry, in one transaction. */
  create(adminId: string, input: CreateCatalogItemRequest): Promise<CatalogItemResponse> {
    return this.database.transaction(async (transaction) => {
      const item = await this.catalog.create(transaction, input);
      const { name, category, imageUrl } = item;
      await this.audit.record(transaction, adminId, 'item.created', item.id, { name, category, imageUrl });
      return item;
    });
  }
}
