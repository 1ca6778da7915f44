import { computed, reactive, watch, type ComputedRef } from 'vue';
import { Act, type KeyedContent } from '@/api/act';
import { useSession } from '@/features/auth/session.store';
import { readDraft, writeDraft } from './draft-store';

interface Kept<T> {
  draft: T;
  act?: KeyedContent;
}

export interface Drafted<T extends object> {
  draft: T;
  /** Something else stands there than at the beginning. */
  isTouched: ComputedRef<boolean>;
  /** Sends what the draft says, once; then there is no draft any more. */
  send: <Answer>(body: unknown, request: (key: string) => Promise<Answer>) => Promise<Answer>;
  clear: () => void;
}

/** Tells whether the user has typed something at a place and not sent it. */
export function hasDraft(place: string): boolean {
  const id = useSession().user?.id;
  return id !== undefined && readDraft(id, place) !== undefined;
}

/**
 * What the user types at a place, kept in this tab until it is sent, cleared or they log out: over reloads, a
 * session that ends, and whatever takes the form from the page. Another user does not find it.
 */
export function useDraft<T extends object>(place: string, initial: () => T): Drafted<T> {
  const userId = useSession().user?.id;
  const kept = userId === undefined ? undefined : readDraft<Kept<T>>(userId, place);
  const blank = JSON.stringify(initial());
  const draft = reactive({ ...initial(), ...kept?.draft }) as T;
  let open = kept?.act;
  const isTouched = computed(() => JSON.stringify(draft) !== blank);

  function keep(): void {
    if (userId === undefined) return;
    writeDraft(userId, place, isTouched.value ? { draft, ...(open && { act: open }) } : undefined);
  }
  // At once: what takes the form away may happen within the same moment.
  watch(draft, keep, { deep: true, flush: 'sync' });
  const act = new Act(open, (next) => {
    open = next;
    keep();
  });

  function clear(): void {
    Object.assign(draft, JSON.parse(blank));
    if (userId !== undefined) writeDraft(userId, place, undefined);
  }
  return {
    draft,
    isTouched,
    clear,
    send: async (body, request) => {
      const answer = await act.send(body, request);
      // What was typed while the answer was under way stays in the field, and is kept from its next letter on.
      if (userId !== undefined) writeDraft(userId, place, undefined);
      return answer;
    },
  };
}
