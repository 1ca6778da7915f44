import type { ServerClock } from './server-clock';

/** Asks the server for its time; resolves with epoch milliseconds. */
export type AskTime = () => Promise<number>;

const ROUND_TRIPS = 4;
const RESYNC_EVERY_MS = 2 * 60_000;
const WATCH_EVERY_MS = 1_000;

/** Takes a few round trips. Failures leave the clock as it was; the next round tries again. */
export async function takeSamples(clock: ServerClock, ask: AskTime, monotonic = () => performance.now()) {
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const sentAt = monotonic();
    try {
      const serverTime = await ask();
      clock.add({ sentAt, receivedAt: monotonic(), serverTime });
    } catch {
      return;
    }
  }
}

/**
 * Keeps the clock true while the page lives: now, every two minutes, when the page is shown again, when
 * the network is back, and when a sleep or a set clock is noticed. Returns what stops it.
 */
export function keepSynchronised(clock: ServerClock, ask: AskTime): () => void {
  let running: Promise<void> | undefined;
  const sync = () => {
    running ??= takeSamples(clock, ask).finally(() => (running = undefined));
  };
  const afterGap = () => {
    if (document.visibilityState !== 'visible') return;
    if (clock.noticesGap()) clock.forget();
    sync();
  };
  sync();
  const regular = setInterval(() => document.visibilityState === 'visible' && sync(), RESYNC_EVERY_MS);
  const watch = setInterval(() => {
    if (clock.noticesGap()) {
      clock.forget();
      sync();
    }
  }, WATCH_EVERY_MS);
  document.addEventListener('visibilitychange', afterGap);
  addEventListener('online', sync);
  addEventListener('pageshow', afterGap);
  return () => {
    clearInterval(regular);
    clearInterval(watch);
    document.removeEventListener('visibilitychange', afterGap);
    removeEventListener('online', sync);
    removeEventListener('pageshow', afterGap);
  };
}
