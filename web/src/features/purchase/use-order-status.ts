import type { Order, OrderStatus } from '@/api/types';
import { useNow, useTimeIsKnown } from '@/features/time/use-now';

/** What an order is to its owner: `closed` is a hold that the shop took back, by closing the drop. */
export type ShownStatus = OrderStatus | 'closed';

export function shownStatus({ status, releaseReason }: Order): ShownStatus {
  return status === 'cancelled' && releaseReason === 'event_closed' ? 'closed' : status;
}

/**
 * What an order is by now: a hold may have run out before the server's sweep has said so. By the server's time,
 * never by this machine's.
 */
export function useOrderStatus(): (order: Order) => ShownStatus {
  const now = useNow();
  const timeIsKnown = useTimeIsKnown();
  return (order) => {
    const hasRunOut = timeIsKnown.value && Date.parse(order.reservedUntil) <= now.value;
    return order.status === 'reserved' && hasRunOut ? 'expired' : shownStatus(order);
  };
}
