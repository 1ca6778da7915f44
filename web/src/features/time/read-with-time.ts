import type { ServerClock } from './server-clock';

/**
 * Reads something that carries the server's time, and takes it as one more round trip: what is shown of the
 * answer is then right from the first moment on, even if the machine's own clock is wrong and the answers to
 * the clock's own questions are late.
 */
export async function readWithTime<T>(
  clock: ServerClock,
  read: () => Promise<T>,
  serverTimeIn: (answer: T) => string | undefined,
  monotonic = () => performance.now(),
): Promise<T> {
  const sentAt = monotonic();
  const answer = await read();
  clock.add({ sentAt, receivedAt: monotonic(), serverTime: Date.parse(serverTimeIn(answer) ?? '') });
  return answer;
}
