import { Money } from '../platform/values/index.js';
import type { ListedOrderResponse, OrderResponse } from './dto/order.response.js';
import type { OrderStatus, ReleaseReason } from './order-states.js';

/** An order with what its reply needs from elsewhere. */
export interface OrderView {
  id: string;
  eventId: string;
  eventItemId: string;
  itemName: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  status: OrderStatus;
  reservedUntil: Date;
  createdAt: Date;
  confirmedAt: Date | null;
  releaseReason: ReleaseReason | null;
}

export interface ListedOrderView extends OrderView {
  eventTitle: string;
}

export function toListedOrderResponse(order: ListedOrderView): ListedOrderResponse {
  return { ...toOrderResponse(order), eventTitle: order.eventTitle };
}

export function toOrderResponse(order: OrderView): OrderResponse {
  return {
    id: order.id,
    eventId: order.eventId,
    eventItemId: order.eventItemId,
    itemName: order.itemName,
    quantity: order.quantity,
    unitPrice: Money.of(order.unitPriceMinor, order.currency),
    total: Money.of(order.unitPriceMinor * order.quantity, order.currency),
    status: order.status,
    reservedUntil: order.reservedUntil.toISOString(),
    createdAt: order.createdAt.toISOString(),
    confirmedAt: order.confirmedAt?.toISOString() ?? null,
    releaseReason: order.releaseReason,
  };
}
