import { keepSynchronised } from './synchronise';
import { serverClock } from './use-now';

/** Asks for the database's time, since that decides when a drop opens. */
async function askTime(): Promise<number> {
  const response = await fetch('/api/v1/time', { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`time: ${response.status}`);
  const { serverTime } = (await response.json()) as { serverTime: string };
  return Date.parse(serverTime);
}

export const startClock = () => keepSynchronised(serverClock, askTime);
