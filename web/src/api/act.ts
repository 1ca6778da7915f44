import { randomKey } from '@/environment';
import { ApiProblem } from './problem';

/** How often a request goes out by itself when no answer comes; then it is the user's to send again. */
const TRIES = 3;
const FIRST_PAUSE_MS = 500;

/** A key, and the request that it stands for. */
export interface KeyedContent {
  key: string;
  content: string;
}

/**
 * One act of a user that makes something: however often its request goes out, by itself or by the user, it carries
 * the same Idempotency-Key, and the server does it once. A clear answer ends the act; what is sent after it, or with
 * other content, is another one.
 */
export class Act {
  constructor(
    private open?: KeyedContent,
    /** Told of the act that is open, so that it can be kept over a reload. */
    private readonly keep: (open: KeyedContent | undefined) => void = () => {},
    private readonly wait: (milliseconds: number) => Promise<void> = pause,
  ) {}

  async send<T>(body: unknown, request: (key: string) => Promise<T>): Promise<T> {
    const content = JSON.stringify(body);
    if (this.open?.content !== content) this.become({ key: randomKey(), content });
    const { key } = this.open as KeyedContent;
    try {
      const answer = await repeatLost(() => request(key), this.wait);
      this.become(undefined);
      return answer;
    } catch (error) {
      if (!isLost(error)) this.become(undefined);
      throw error;
    }
  }

  private become(open: KeyedContent | undefined): void {
    this.open = open;
    this.keep(open);
  }
}

/** No clear answer came: the server may have done what was asked. */
export const isLost = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.isUncertain || error.status === 408);

/** Sends again what had no clear answer, a bounded number of times. For requests that can be sent twice safely. */
export async function repeatLost<T>(request: () => Promise<T>, wait = pause): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await request();
    } catch (error) {
      if (!isLost(error) || tried === TRIES) throw error;
      // Jittered, so that a crowd does not come back as one.
      await wait(FIRST_PAUSE_MS * 3 ** (tried - 1) * (0.75 + Math.random() / 2));
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
