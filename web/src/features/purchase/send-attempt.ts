import { ApiProblem } from '@/api/problem';
import type { Money, Order } from '@/api/types';
import type { Attempt, AttemptBook } from './attempts';

export type Outcome =
  | { kind: 'yours'; order: Order }
  | { kind: 'refused'; code: string }
  /** It costs something else than was seen; nothing was bought. */
  | { kind: 'repriced'; expected: Money; actual: Money }
  /** No answer in spite of retries: the order may exist. The attempt stays written down. */
  | { kind: 'unsure'; problem: ApiProblem }
  | { kind: 'sign-in' };

export interface Sending {
  reserve: (attempt: Attempt) => Promise<Order>;
  wait: (milliseconds: number) => Promise<void>;
  random?: () => number;
  onRetry?: (problem: ApiProblem) => void;
  /** Whether the drop opens about now: the page's clock may be milliseconds ahead of the database's. */
  isOpening?: () => boolean;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends an attempt until the server gives a clear answer, always under the same key. Invariant: the
 * attempt is struck from the book only when its outcome is known.
 */
export async function sendAttempt(book: AttemptBook, attempt: Attempt, sending: Sending): Promise<Outcome> {
  const random = sending.random ?? Math.random;
  let { isUncertain } = attempt;
  for (let tried = 1; ; tried++) {
    // Should the page be left while a try is under way, the next one knows of it.
    book.write({ ...attempt, isUncertain: true });
    try {
      const order = await sending.reserve(attempt);
      book.settle(attempt);
      return { kind: 'yours', order };
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem('UNEXPECTED', 0);
      const wasLost = problem.isUncertain || problem.status === 408;
      isUncertain ||= wasLost;
      book.write({ ...attempt, isUncertain });
      if (problem.status === 401) return { kind: 'sign-in' };
      // This try was not sent, which says nothing about those before it.
      if (problem.code === 'OTHER_USER') return { kind: 'refused', code: problem.code };
      const cameEarly = problem.code === 'EVENT_NOT_LIVE' && sending.isOpening?.() === true;
      const worthRetrying = wasLost || problem.status === 429 || cameEarly;
      if (!worthRetrying) {
        book.settle(attempt);
        if (problem.prices) return { kind: 'repriced', ...problem.prices };
        return { kind: 'refused', code: problem.code };
      }
      if (tried === TRIES) {
        if (isUncertain) return { kind: 'unsure', problem };
        book.settle(attempt);
        return { kind: 'refused', code: problem.code };
      }
      sending.onRetry?.(problem);
      const asked = (problem.retryAfterSeconds ?? 0) * 1000;
      const pause = Math.max(asked, FIRST_PAUSE_MS * 2 ** (tried - 1));
      // Full jitter on top of what was asked for, so that a crowd does not come back as one.
      await sending.wait(Math.min(LONGEST_PAUSE_MS, pause) * (0.75 + random() / 2));
    }
  }
}
