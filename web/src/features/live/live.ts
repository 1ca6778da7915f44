import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { tokens } from '@/api/client';
import { onWake } from '@/environment';
import { LiveConnection, type LiveState } from './live-connection';

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';

export const live = new LiveConnection({
  url: `${scheme}//${location.host}/api/v1/realtime`,
  token: () => tokens.current(),
});

// A line that was away may be back long before the next retry, or dead although nobody has said so.
onWake(() => live.wake());

const state = ref<LiveState>(live.state);
live.onState((next) => (state.value = next));
/** Whether live messages come; shown to people, since a page that polls is a little behind. */
export const liveState: Readonly<Ref<LiveState>> = state;

const POLL_EVERY_MS = 5_000;

/** Calls `poll` every few seconds, jittered, while the live connection is lost and the page is seen. */
export function pollWhileLost(poll: () => Promise<unknown>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    timer = setTimeout(
      () => {
        if (document.visibilityState === 'hidden') return next();
        poll()
          .catch(() => undefined)
          .finally(() => state.value === 'lost' && next());
      },
      POLL_EVERY_MS * (0.75 + Math.random() / 2),
    );
  };
  const stop = watch(
    state,
    (now) => {
      clearTimeout(timer);
      if (now === 'lost') next();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop();
    clearTimeout(timer);
  });
}
