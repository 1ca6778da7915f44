import { onScopeDispose, watch } from 'vue';
import type { LiveListener } from '@/features/live/live-connection';
import { live, pollWhileLost } from '@/features/live/live';
import { useNow } from '@/features/time/use-now';
import { useEvents, type LiveEvent } from './events.store';
import { phaseAt } from './phase';

/** Pages that opened at the same instant look at the server spread over this time. */
const SPREAD_MS = 3_000;

/** Keeps an event true while its page is open: live messages, else polling, and a look after each change of phase. */
export function useLiveEvent(eventId: string, onMessage?: (data: unknown) => void): void {
  const events = useEvents();
  const now = useNow();
  let isBack = false;
  const listener: LiveListener = {
    snapshot: (data) => {
      events.applyLive(data as LiveEvent);
      // What else was told while the connection was lost is not in the snapshot.
      if (isBack) onMessage?.(undefined);
      isBack = true;
    },
    message: (data) => {
      if (isLiveEvent(data)) events.applyLive(data);
      else onMessage?.(data);
    },
  };
  const leave = live.subscribe(`event:${eventId}`, listener);
  pollWhileLost(() => events.load(eventId));

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => {
      const event = events.byId.get(eventId);
      return event && phaseAt(event, now.value);
    },
    (phase, before) => {
      if (!before || phase === before) return;
      clearTimeout(timer);
      timer = setTimeout(() => void events.load(eventId).catch(() => undefined), Math.random() * SPREAD_MS);
    },
  );
  onScopeDispose(() => {
    leave();
    clearTimeout(timer);
  });
}

function isLiveEvent(data: unknown): data is LiveEvent {
  return typeof data === 'object' && data !== null && Array.isArray((data as LiveEvent).items);
}
