import type { DashboardState } from '@protocol';
import { onMounted, onScopeDispose, ref } from 'vue';
import { api } from '@/api/client';
import type { EventStatus } from '@/api/types';
import { live, pollWhileLost } from '@/features/live/live';
import { serverClock } from '@/features/time/use-now';

export type LiveFigures = DashboardState['events'][number];

const isSelling = (status: EventStatus) => status === 'live' || status === 'sold_out';

/** The figures of the drops that sell now: live, or polled while the live connection is lost. */
export function useLiveFigures(onUpdate?: (update: DashboardState) => void) {
  const figures = ref(new Map<string, LiveFigures>());

  function take(update: DashboardState): void {
    figures.value = new Map(update.events.map((event) => [event.eventId, event]));
    onUpdate?.(update);
  }
  async function poll(): Promise<void> {
    const { data } = await api.dashboard();
    take({
      events: data
        .filter(({ status }) => isSelling(status))
        .map((event) => ({ ...event, eventId: event.id })),
      serverTime: new Date(serverClock.now()).toISOString(),
    });
  }
  onScopeDispose(live.subscribe('dashboard', { snapshot: take, message: take }));
  pollWhileLost(poll);
  onMounted(() => void poll().catch(() => undefined));
  return { figures };
}
