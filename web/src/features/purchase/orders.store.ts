import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Order } from '@/api/types';
import { useSession } from '@/features/auth/session.store';

/** One's own orders that this page knows, newest word of each. */
export const useOrders = defineStore('orders', () => {
  const session = useSession();
  const byId = ref(new Map<string, Order>());

  // Whoever logs in next must not see them.
  watch(
    () => session.user?.id,
    () => byId.value.clear(),
    { flush: 'sync' },
  );

  /** What became of an order is final: a slow answer from before must not bring the hold back. */
  function keep(order: Order): Order {
    const known = byId.value.get(order.id);
    if (known && known.status !== 'reserved' && order.status === 'reserved') return known;
    byId.value.set(order.id, order);
    return order;
  }

  /** Learns one's own orders in an event, the newest of them. */
  async function loadOfEvent(eventId: string): Promise<void> {
    const asker = session.user?.id;
    const { data } = await api.ordersInEvent(eventId);
    if (session.user?.id === asker) data.forEach(keep);
  }

  /** One's own order as it stands now; undefined if there is none of this id. */
  async function find(id: string): Promise<Order | undefined> {
    try {
      return keep(await api.order(id));
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 404 || error.code === 'INVALID_ID'))
        return undefined;
      throw error;
    }
  }

  /** Confirms or gives back. If somebody or something else was first, what became of it is read. */
  async function resolve(id: string, how: 'confirm' | 'cancel'): Promise<Order> {
    try {
      return keep(await (how === 'confirm' ? api.confirm(id) : api.cancel(id)));
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 409 || error.isUncertain))
        await find(id).catch(() => undefined);
      throw error;
    }
  }

  return { byId, keep, loadOfEvent, find, resolve };
});
