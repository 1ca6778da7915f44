import { Module } from '@nestjs/common';
import { CatalogItemRepository } from './catalog-item.repository.js';
import { CatalogService } from './catalog.service.js';

@Module({ providers: [CatalogItemRepository, CatalogService], exports: [CatalogService] })
export class CatalogModule {}
