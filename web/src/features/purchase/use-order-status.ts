import type { Order, OrderStatus } from '@/api/types';
import { useNow, useTimeIsKnown } from '@/features/time/use-now';

/**
 * What an order is to its owner: `closed` is a hold that the shop took back, by closing the drop; `checking` is one
 * whose time is over while the shop has not said yet what became of it.
 */
export type ShownStatus = OrderStatus | 'closed' | 'checking';

export function shownStatus({ status, releaseReason }: Order): Exclude<ShownStatus, 'checking'> {
  return status === 'cancelled' && releaseReason === 'event_closed' ? 'closed' : status;
}

/** What an order is by now: by the server's time, never by this machine's. */
export function useOrderStatus(): (order: Order) => ShownStatus {
  const now = useNow();
  const timeIsKnown = useTimeIsKnown();
  return (order) => {
    const isOver = timeIsKnown.value && Date.parse(order.reservedUntil) <= now.value;
    return order.status === 'reserved' && isOver ? 'checking' : shownStatus(order);
  };
}
