import { onScopeDispose, readonly, ref, type Ref } from 'vue';
import { ServerClock } from './server-clock';

/** The page's one clock. */
export const serverClock = new ServerClock();

const now = ref(serverClock.now());
const isKnown = ref(false);
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now.value = serverClock.now();
  isKnown.value = serverClock.isSynchronised;
  // Wakes just after the next full second of the server's time, so that all countdowns flip together and
  // a button that opens on a full second opens on it; four times a second keeps corrections smooth.
  const untilNextQuarter = 250 - (now.value % 250);
  timer = setTimeout(tick, untilNextQuarter + 1);
}

/** The server's time, ticking while something shows it. */
export function useNow(): Readonly<Ref<number>> {
  if (users++ === 0) tick();
  onScopeDispose(() => {
    if (--users === 0) clearTimeout(timer);
  });
  return readonly(now);
}

/**
 * Whether `useNow` tells the server's time, and not yet the machine's own, which may be an hour wrong. Changes
 * together with it.
 */
export function useTimeIsKnown(): Readonly<Ref<boolean>> {
  useNow();
  return readonly(isKnown);
}
