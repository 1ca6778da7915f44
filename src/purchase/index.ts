export { type BatchReport, type ClaimAnswer, type ClaimedOrder, ClaimService } from './claim.service.js';
export { OrderResponse } from './dto/order.response.js';
export { type OrderStatus, orderStatuses } from './order-states.js';
export { Order } from './order.entity.js';
export { type OrderChange, OrdersService, type OwnedOrder } from './orders.service.js';
export { PurchaseModule } from './purchase.module.js';
export { SalesFigures } from './sales-figures.js';
export { type EventSales, PACE_SECONDS } from './sales.repository.js';
