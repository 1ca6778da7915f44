import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { api } from '@/api/client';
import type { EventState } from '@protocol';
import type { DropEvent } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { readWithTime } from '@/features/time/read-with-time';
import { serverClock } from '@/features/time/use-now';

export const useEvents = defineStore('events', () => {
  const byId = ref(new Map<string, DropEvent>());
  const viewers = ref(new Map<string, number>());

  // An admin reads more of a drop than its page shows to all.
  const session = useSession();
  watch(
    () => session.era,
    () => byId.value.clear(),
    { flush: 'sync' },
  );

  /**
   * Keeps the newest state of an event. An answer that left the server before what is already shown (a
   * slow request overtaken by a live message) must not bring old stock back, nor what was there before an edit.
   */
  function keep(event: DropEvent): DropEvent {
    const shown = byId.value.get(event.id);
    if (shown && shown.version > event.version) return shown;
    if (shown && Date.parse(shown.serverTime) > Date.parse(event.serverTime)) {
      const newest: DropEvent = {
        ...event,
        status: shown.status,
        startsAt: shown.startsAt,
        endsAt: shown.endsAt,
        closedAt: shown.closedAt,
        serverTime: shown.serverTime,
        items: event.items.map((item) => {
          const live = shown.items.find((other) => other.id === item.id);
          return live ? { ...item, stockRemaining: live.stockRemaining, held: live.held } : item;
        }),
      };
      byId.value.set(event.id, newest);
      return newest;
    }
    const kept: DropEvent = {
      ...event,
      items: event.items.map((item) => ({
        ...item,
        held: item.held ?? shown?.items.find((other) => other.id === item.id)?.held,
      })),
    };
    byId.value.set(event.id, kept);
    return kept;
  }

  async function load(id: string): Promise<DropEvent> {
    const read = () => api.event(id);
    return keep(await readWithTime(serverClock, read, (event) => event.serverTime));
  }

  function applyLive(data: EventState): void {
    const shown = byId.value.get(data.eventId);
    viewers.value.set(data.eventId, data.viewers);
    if (!shown || Date.parse(data.serverTime) < Date.parse(shown.serverTime)) return;
    const live = new Map(data.items.map((item) => [item.id, item]));
    byId.value.set(data.eventId, {
      ...shown,
      status: data.status,
      startsAt: data.startsAt,
      endsAt: data.endsAt,
      closedAt: data.closedAt,
      serverTime: data.serverTime,
      items: shown.items.map((item) => {
        const news = live.get(item.id);
        return news ? { ...item, stockRemaining: news.stockRemaining, held: news.held } : item;
      }),
    });
  }

  /** The server refused with "sold out": believe it until newer news comes. */
  function markSoldOut(eventId: string, eventItemId: string): void {
    const shown = byId.value.get(eventId);
    if (!shown) return;
    byId.value.set(eventId, {
      ...shown,
      items: shown.items.map((item) => (item.id === eventItemId ? { ...item, stockRemaining: 0 } : item)),
    });
  }

  return { byId, viewers, keep, load, applyLive, markSoldOut };
});
