import { computed, watch } from 'vue';
import type { Order } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { liveState } from '@/features/live/live';
import { useOrders } from './orders.store';
import { useOrderStatus } from './use-order-status';

/**
 * Keeps one's own orders in an event known while its page is open. They are asked for once the page is there,
 * which is not to wait for them; then notices tell what becomes of them, but not while the connection is lost.
 */
export function useOwnOrders(eventId: string, pageIsThere: () => boolean): void {
  const session = useSession();
  const orders = useOrders();
  function look() {
    if (session.isSignedIn && pageIsThere()) void orders.loadOfEvent(eventId).catch(() => undefined);
  }
  watch([pageIsThere, () => session.user?.id], look, { immediate: true, flush: 'post' });
  watch(liveState, (state, before) => {
    if (state === 'live' && before === 'lost') look();
  });
}

export function unitsOf(orders: readonly Order[]): number {
  return orders.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What one holds of an item of an event, nearest to its end first, and what one has bought of it, newest first. */
export function useOrdersOfItem(eventItemId: string) {
  const orders = useOrders();
  const statusOf = useOrderStatus();
  const own = computed(() => [...orders.byId.values()].filter((order) => order.eventItemId === eventItemId));
  const holds = computed(() =>
    own.value
      .filter((order) => statusOf(order) === 'reserved')
      .sort((one, other) => Date.parse(one.reservedUntil) - Date.parse(other.reservedUntil)),
  );
  const bought = computed(() =>
    own.value
      .filter((order) => order.status === 'confirmed')
      .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt)),
  );
  const units = computed(() => unitsOf(holds.value) + unitsOf(bought.value));
  return { holds, bought, units };
}
