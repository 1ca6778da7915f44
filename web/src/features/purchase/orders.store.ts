import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Order } from '@/api/types';

/** Orders that this page knows, newest word of each. */
export const useOrders = defineStore('orders', () => {
  const byId = ref(new Map<string, Order>());

  function keep(order: Order): Order {
    byId.value.set(order.id, order);
    return order;
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

  return { byId, keep, find, resolve };
});
