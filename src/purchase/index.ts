export { PurchaseModule } from './purchase.module.js';
export { ClaimService, type BatchReport, type ClaimAnswer, type ClaimedOrder } from './claim.service.js';
export { Order } from './order.entity.js';
export { orderStatuses, type OrderStatus } from './order-states.js';
export { OrderResponse } from './dto/order.response.js';
export { OrdersService, type OrderChange, type OwnedOrder } from './orders.service.js';
export { SalesFigures } from './sales-figures.js';
export { PACE_SECONDS, type EventSales } from './sales.repository.js';
