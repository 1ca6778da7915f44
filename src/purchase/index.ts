export { PurchaseModule } from './purchase.module.js';
