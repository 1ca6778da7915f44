import { computed, nextTick, ref, useTemplateRef } from 'vue';
import type { Drafted } from '@/features/drafts/use-draft';
import { useSubmit } from '@/ui/use-submit';
import type { Faults } from './event-draft';

export interface DraftForm<T extends object> {
  /** What is typed so far. */
  drafted: Drafted<T>;
  /** What the form itself finds wrong with it. */
  faultsNow: () => Faults;
  send: () => Promise<unknown>;
  /** Where a refusal by the server belongs in the form. */
  faultsOf: (problem: unknown) => Faults;
}

/**
 * A form whose faults stand at their fields, and whose first one gets the focus. The form's own faults follow
 * what one types after the first try; those that the server found stay until the next.
 */
export function useDraftForm<T extends object>({ drafted, faultsNow, send, faultsOf }: DraftForm<T>) {
  const form = useTemplateRef<HTMLFormElement>('form');
  const tried = ref(false);
  const refused = ref<Faults>({});

  async function focusFirstFault() {
    await nextTick();
    form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }
  const attempt = useSubmit(async () => {
    tried.value = true;
    refused.value = {};
    if (Object.keys(faultsNow()).length > 0) return focusFirstFault();
    try {
      await send();
    } catch (error) {
      refused.value = faultsOf(error);
      await focusFirstFault();
      throw error;
    }
  });

  return {
    ...attempt,
    form,
    faults: computed<Faults>(() => ({ ...refused.value, ...(tried.value ? faultsNow() : {}) })),
    /** A refusal that names no field of the form. */
    problemOfWhole: computed(() =>
      Object.keys(refused.value).length === 0 ? attempt.problem.value : undefined,
    ),
    /** While it is being sent, the page may be left: that is where sending leads. */
    isUnsaved: computed(() => !attempt.sending.value && drafted.isTouched.value),
  };
}
