import { computed, ref } from 'vue';
import { api } from '@/api/client';
import { otherUserProblem } from '@/api/problem';
import type { Order } from '@/api/types';
import { tabStore } from '@/environment';
import { useSession } from '@/features/auth/session.store';
import { AttemptBook } from './attempts';
import { sendAttempt } from './send-attempt';

export type PurchaseState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'retrying' }
  | { kind: 'yours'; order: Order }
  | { kind: 'refused'; code: string }
  | { kind: 'unsure' };

let book: AttemptBook | undefined;
const attemptBook = () => (book ??= new AttemptBook(tabStore));

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** One item's purchase in this page: a press, its honest state, and its resumption after a reload. */
export function usePurchase(
  eventItemId: string,
  on: {
    /** `isResumed`: nobody has pressed for it in this page. */
    yours: (order: Order, isResumed: boolean) => void;
    signIn: () => void;
    /** With how many: to be asked after as it was sent. */
    resuming: (quantity: number) => void;
    refused?: (code: string) => void;
    isOpening?: () => boolean;
  },
) {
  const session = useSession();
  const state = ref<PurchaseState>({ kind: 'idle' });
  const isBusy = computed(() => state.value.kind === 'sending' || state.value.kind === 'retrying');

  async function buy(quantity: number, isResumed = false): Promise<void> {
    if (isBusy.value) return;
    if (!session.isKnown) {
      // Not known yet is not nobody: the press waits, and says so.
      state.value = { kind: 'retrying' };
      await session.restore();
      state.value = { kind: 'idle' };
    }
    if (!session.user) return on.signIn();
    const attempt = attemptBook().begin(session.user.id, eventItemId, quantity);
    state.value = { kind: 'sending' };
    const outcome = await sendAttempt(attemptBook(), attempt, {
      reserve: async ({ userId, quantity: units, key }) => {
        // Between two tries somebody else may have become the user, and a request goes out in the present one's name.
        if (session.user && session.user.id !== userId) throw otherUserProblem();
        return api.reserve(eventItemId, units, key);
      },
      wait,
      onRetry: () => (state.value = { kind: 'retrying' }),
      isOpening: on.isOpening,
    });
    if (outcome.kind === 'sign-in') {
      state.value = { kind: 'idle' };
      return on.signIn();
    }
    state.value = outcome;
    if (outcome.kind === 'yours') on.yours(outcome.order, isResumed);
    if (outcome.kind === 'refused') on.refused?.(outcome.code);
  }

  /** After a reload: an attempt whose answer was never seen goes out again under its key. */
  async function resume(): Promise<void> {
    await session.restore();
    if (!session.user) return;
    const open = attemptBook().open(session.user.id, eventItemId);
    if (!open) return;
    on.resuming(open.quantity);
    await buy(open.quantity, true);
  }

  return { state, isBusy, buy, resume };
}
