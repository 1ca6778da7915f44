import type { EventState } from '@protocol';
import { onScopeDispose, watch } from 'vue';
import { onReturn } from '@/features/live/on-return';
import { live, pollWhileLost } from '@/features/live/live';
import { useNow } from '@/features/time/use-now';
import { useEvents } from './events.store';
import { phaseAt } from './phase';

/** Pages that opened at the same instant look at the server spread over this time. */
const SPREAD_MS = 3_000;
/** An edit is on all pages within a second, and yet not asked for by all of them at once. */
const EDIT_SPREAD_MS = 600;

/**
 * Keeps an event true while its page is open: live messages, else polling, and a look at the server after each edit,
 * after each change of phase, and whenever news may have been missed.
 */
export function useLiveEvent(eventId: string, onDiscussion?: () => void): void {
  const events = useEvents();
  const now = useNow();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (withinMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      events.load(eventId).then(
        () => isOverByClock() && look(SPREAD_MS),
        () => look(2 * SPREAD_MS),
      );
    }, Math.random() * withinMs);
  };
  /** Its time is over, but the shop has not said that it ended. */
  function isOverByClock(): boolean {
    const event = events.byId.get(eventId);
    return event !== undefined && event.status !== 'closed' && phaseAt(event, now.value) === 'closed';
  }

  function take(state: EventState): void {
    events.applyLive(state);
    // Stock and times are in the message; what an edit did to words, prices and items has to be read.
    const shown = events.byId.get(eventId);
    if (shown && state.version > shown.version) look(EDIT_SPREAD_MS);
  }
  let isBack = false;
  const leave = live.subscribe(`event:${eventId}`, {
    snapshot: (state) => {
      take(state);
      // What was said while the connection was lost is not in the snapshot.
      if (isBack) onDiscussion?.();
      isBack = true;
    },
    message: (news) => {
      if (news.kind === 'event_changed') take(news);
      if (news.kind === 'discussion_changed') onDiscussion?.();
    },
  });
  pollWhileLost(() => events.load(eventId));
  onReturn(() => look(EDIT_SPREAD_MS));

  watch(
    () => {
      const event = events.byId.get(eventId);
      return event && phaseAt(event, now.value);
    },
    (phase, before) => {
      if (before && phase !== before) look(SPREAD_MS);
    },
  );
  onScopeDispose(() => {
    leave();
    clearTimeout(timer);
  });
}
