import { defineStore } from 'pinia';
import { ref, toRaw, watch } from 'vue';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Order } from '@/api/types';
import { openChannel } from '@/environment';
import { useSession } from '@/features/auth/session.store';
import { HoldFollower } from './hold-follower';

/** What a tab tells the others: an order of this user is now so. */
interface TabNews {
  userId: string;
  order: Order;
}

const TRIES = 3;
const PAUSE_MS = 500;

/** One's own orders that this page knows, newest word of each. */
export const useOrders = defineStore('orders', () => {
  const session = useSession();
  const byId = ref(new Map<string, Order>());
  const holds = new HoldFollower(find);

  const tellOtherTabs = openChannel('swiftdrop-orders', (news) => {
    const { userId, order } = news as TabNews;
    if (userId === session.user?.id) keep(order);
  });

  // Whoever logs in next must not see them.
  watch(
    () => session.user?.id,
    () => {
      byId.value.clear();
      holds.leaveAll();
    },
    { flush: 'sync' },
  );

  /** What became of an order is final: a slow answer from before must not bring the hold back. */
  function keep(order: Order): Order {
    const known = byId.value.get(order.id);
    if (known && known.status !== 'reserved' && order.status === 'reserved') return known;
    byId.value.set(order.id, order);
    holds.follow(order);
    return order;
  }

  /** Keeps what came of an act in this tab, and tells one's other tabs. */
  function keepAndTell(order: Order): Order {
    if (session.user) tellOtherTabs({ userId: session.user.id, order: toRaw(order) } satisfies TabNews);
    return keep(order);
  }

  /** Learns which orders stand. A known hold that `isAmong` them and is none of them has ended: it is read anew. */
  async function keepStanding(standing: Order[], isAmong: (order: Order) => boolean): Promise<void> {
    standing.forEach(keep);
    const stands = new Set(standing.map(({ id }) => id));
    const ended = [...byId.value.values()].filter(
      (order) => order.status === 'reserved' && !stands.has(order.id) && isAmong(order),
    );
    await Promise.all(ended.map(({ id }) => find(id)));
  }

  /** Learns all of one's orders that stand in an event, however many have ended there. */
  async function loadOfEvent(eventId: string): Promise<void> {
    const asker = session.user?.id;
    const standing: Order[] = [];
    let cursor: string | undefined;
    do {
      const page = await api.standingOrders(eventId, cursor);
      standing.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    if (session.user?.id === asker) await keepStanding(standing, (order) => order.eventId === eventId);
  }

  /** One's own order as it stands now; undefined if there is none of this id. */
  async function find(id: string): Promise<Order | undefined> {
    const asker = session.user?.id;
    try {
      const order = await api.order(id);
      return session.user?.id === asker ? keep(order) : undefined;
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 404 || error.code === 'INVALID_ID'))
        return undefined;
      throw error;
    }
  }

  /**
   * Confirms or gives back, and sends it again when the answer is lost. Having come to be what was asked for is a yes,
   * also where the shop says that it is settled already.
   * @throws what the shop refused with; a problem without an answer if nothing can be learned now
   */
  async function resolve(id: string, how: 'confirm' | 'cancel'): Promise<Order> {
    for (let tried = 1; ; tried++) {
      try {
        return keepAndTell(await (how === 'confirm' ? api.confirm(id) : api.cancel(id)));
      } catch (error) {
        if (!(error instanceof ApiProblem) || !(error.status === 409 || error.isUncertain)) throw error;
        const now = await find(id).catch(() => undefined);
        if (now && isOutcome(now, how)) return keepAndTell(now);
        if (now?.status !== 'reserved' || !error.isUncertain || tried === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tried));
      }
    }
  }

  return { byId, keep, keepAndTell, keepStanding, loadOfEvent, find, resolve };
});

function isOutcome({ status, releaseReason }: Order, how: 'confirm' | 'cancel'): boolean {
  return how === 'confirm' ? status === 'confirmed' : status === 'cancelled' && releaseReason === 'shopper';
}
