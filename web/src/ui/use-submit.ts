import { ref } from 'vue';

/** Sends one at a time, however often one presses: whether it is under way, and what went wrong with the last. */
export function useSubmit(send: () => Promise<unknown>) {
  const sending = ref(false);
  const problem = ref<unknown>();

  async function submit(): Promise<void> {
    if (sending.value) return;
    sending.value = true;
    problem.value = undefined;
    try {
      await send();
    } catch (error) {
      problem.value = error;
    } finally {
      sending.value = false;
    }
  }

  return { sending, problem, submit };
}
