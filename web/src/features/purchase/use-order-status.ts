import type { Order, OrderStatus } from '@/api/types';
import { useNow, useTimeIsKnown } from '@/features/time/use-now';

/**
 * What an order is by now: a hold may have run out before the server's sweep has said so. By the server's time,
 * never by this machine's.
 */
export function useOrderStatus(): (order: Order) => OrderStatus {
  const now = useNow();
  const timeIsKnown = useTimeIsKnown();
  return (order) => {
    const hasRunOut = timeIsKnown.value && Date.parse(order.reservedUntil) <= now.value;
    return order.status === 'reserved' && hasRunOut ? 'expired' : order.status;
  };
}
