export { CatalogModule } from './catalog.module.js';
export { CatalogItem } from './catalog-item.entity.js';
