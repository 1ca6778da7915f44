import { computed, ref, watch } from 'vue';

/** The seconds before its end at which a hold is said to run out: often enough to act, and not to disturb. */
const STEPS = [10, 30, 60];

/** The last step that was passed while one was there, for a screen reader; undefined before the first. */
export function useHoldWarnings(millisecondsLeft: () => number | undefined) {
  const step = computed(() => {
    const left = millisecondsLeft();
    return left === undefined ? undefined : STEPS.find((seconds) => left <= seconds * 1000);
  });
  const said = ref<number>();
  watch(step, (now) => (said.value = now));
  return said;
}
