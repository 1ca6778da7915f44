import { computed, watch } from 'vue';
import type { Order } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { onReturn } from '@/features/live/on-return';
import { useOrders } from './orders.store';

/**
 * Keeps one's own orders in an event known while its page is open. They are asked for once the page is there,
 * which is not to wait for them; then notices tell what becomes of them, but not of what was bought on another device.
 */
export function useOwnOrders(eventId: string, pageIsThere: () => boolean): void {
  const session = useSession();
  const orders = useOrders();
  function look() {
    if (session.isSignedIn && pageIsThere()) void orders.loadOfEvent(eventId).catch(() => undefined);
  }
  watch([pageIsThere, () => session.user?.id], look, { immediate: true, flush: 'post' });
  onReturn(look);
}

export function unitsOf(orders: readonly Order[]): number {
  return orders.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What one holds of an item of an event, nearest to its end first, and what one has bought of it, newest first. */
export function useOrdersOfItem(eventItemId: string) {
  const orders = useOrders();
  const own = computed(() => [...orders.byId.values()].filter((order) => order.eventItemId === eventItemId));
  const holds = computed(() =>
    own.value
      // One whose time is over counts until the shop has said that it ended.
      .filter((order) => order.status === 'reserved')
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
