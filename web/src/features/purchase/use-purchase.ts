import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import { api } from '@/api/client';
import { networkProblem, otherUserProblem, type ApiProblem } from '@/api/problem';
import type { Money, Order } from '@/api/types';
import { localStore } from '@/environment';
import { useSession } from '@/features/auth/session.store';
import { onReturn } from '@/features/live/on-return';
import { AttemptBook } from './attempts';
import { sendAttempt } from './send-attempt';

export type PurchaseState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'retrying'; problem: ApiProblem }
  | { kind: 'yours'; order: Order }
  | { kind: 'refused'; code: string }
  | { kind: 'repriced'; expected: Money; actual: Money }
  | { kind: 'unsure'; problem: ApiProblem };

let book: AttemptBook | undefined;
const attemptBook = () => (book ??= new AttemptBook(localStore));

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The line may be back without a sign of it: an unanswered purchase is asked after now and then. */
const FIRST_ASKED_AGAIN_MS = 15_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * One item's purchase in this page: a press, its honest state, and its resumption after a reload, or once the line is
 * back.
 */
export function usePurchase(
  eventItemId: string,
  on: {
    /** `isResumed`: nobody has pressed for it in this page. */
    yours: (order: Order, isResumed: boolean) => void;
    signIn: () => void;
    /** With how many: to be asked after as it was sent. */
    resuming: (quantity: number) => void;
    /** The unit price that the page shows. */
    priceSeen: () => Money;
    refused?: (code: string) => void;
    isOpening?: () => boolean;
  },
) {
  const session = useSession();
  const state = shallowRef<PurchaseState>({ kind: 'idle' });
  const isBusy = computed(() => state.value.kind === 'sending' || state.value.kind === 'retrying');

  async function buy(quantity: number, isResumed = false): Promise<void> {
    if (isBusy.value) return;
    if (!session.isKnown) {
      // Not known yet is not nobody: the press waits, and says so.
      state.value = { kind: 'retrying', problem: networkProblem() };
      await session.restore();
      state.value = { kind: 'idle' };
    }
    if (!session.user) return on.signIn();
    const attempt = attemptBook().begin(session.user.id, eventItemId, quantity, on.priceSeen());
    if (attempt.quantity !== quantity) on.resuming(attempt.quantity);
    state.value = { kind: 'sending' };
    const outcome = await sendAttempt(attemptBook(), attempt, {
      reserve: async ({ userId, quantity: units, price, key }) => {
        // Between two tries somebody else may have become the user, and a request goes out in the present one's name.
        if (session.user && session.user.id !== userId) throw otherUserProblem();
        return api.reserve(eventItemId, units, price, key);
      },
      wait,
      onRetry: (problem) => (state.value = { kind: 'retrying', problem }),
      isOpening: on.isOpening,
    });
    if (outcome.kind === 'sign-in') {
      state.value = { kind: 'idle' };
      return on.signIn();
    }
    state.value = outcome;
    if (outcome.kind === 'yours') on.yours(outcome.order, isResumed);
    if (outcome.kind === 'refused') on.refused?.(outcome.code);
    if (outcome.kind === 'repriced') on.refused?.('PRICE_CHANGED');
  }

  /** Sends an attempt whose answer was never seen again under its key, if there is one. */
  async function resume(): Promise<void> {
    await session.restore();
    if (!session.user || isBusy.value) return;
    const open = attemptBook().open(session.user.id, eventItemId);
    if (!open) return;
    on.resuming(open.quantity);
    await buy(open.quantity, true);
  }

  onReturn(() => {
    if (state.value.kind === 'unsure') void resume();
  });
  let pause = FIRST_ASKED_AGAIN_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(state, ({ kind }) => {
    clearTimeout(timer);
    if (kind !== 'unsure') return;
    timer = setTimeout(() => void resume(), pause * (0.75 + Math.random() / 2));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  });
  onScopeDispose(() => clearTimeout(timer));

  return { state, isBusy, buy, resume };
}
