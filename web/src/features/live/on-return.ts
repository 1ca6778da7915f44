import { onScopeDispose, watch } from 'vue';
import { onWake } from '@/environment';
import { liveState } from './live';

/** Several signs of one return come together: the window is focused, the page is shown, the line is back. */
const AT_MOST_EVERY_MS = 2_000;

/**
 * Calls `look` when news may have been missed: the page is seen again after it was not, or the network or the live
 * connection is back.
 */
export function onReturn(look: () => void): void {
  let lookedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        lookedAt = performance.now();
        look();
      },
      Math.max(0, lookedAt + AT_MOST_EVERY_MS - performance.now()),
    );
  };
  const stop = onWake(soon);
  watch(liveState, (state, before) => {
    if (state === 'live' && before === 'lost') soon();
  });
  onScopeDispose(() => {
    stop();
    clearTimeout(timer);
  });
}
