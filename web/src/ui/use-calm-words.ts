import { onScopeDispose, ref, watch } from 'vue';

const SAY_AT_MOST_EVERY_MS = 10_000;
const TURN_AT_MOST_EVERY_MS = 2_000;

/**
 * What a screen reader is to say of words that may change ten times a second: the newest of them, every ten seconds at
 * most, and sooner when `turn` changes, which is what matters. Nothing is said of what stood there from the beginning.
 */
export function useCalmWords(words: () => string, turn: () => unknown) {
  const said = ref('');
  let saidAt = -Infinity;
  let dueAt = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = () => {
    saidAt = performance.now();
    dueAt = Infinity;
    said.value = words();
  };
  watch([words, turn], ([, now], [, before]) => {
    const rest = now === before ? SAY_AT_MOST_EVERY_MS : TURN_AT_MOST_EVERY_MS;
    dueAt = Math.min(dueAt, saidAt + rest);
    clearTimeout(timer);
    timer = setTimeout(say, Math.max(0, dueAt - performance.now()));
  });
  onScopeDispose(() => clearTimeout(timer));
  return said;
}
