export { CatalogItem } from './catalog-item.entity.js';
export { CatalogModule } from './catalog.module.js';
export { CatalogService } from './catalog.service.js';
export { CatalogItemPage, CatalogItemResponse } from './dto/catalog-item.response.js';
export { CreateCatalogItemRequest } from './dto/create-catalog-item.request.js';
export { ListCatalogItemsQuery } from './dto/list-catalog-items.query.js';
