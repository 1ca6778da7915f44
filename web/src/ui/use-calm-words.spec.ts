import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { effectScope, nextTick, ref, watch, type EffectScope } from 'vue';
import { useCalmWords } from './use-calm-words';

const left = ref(100);
let scope: EffectScope;
let said: string[];

beforeEach(() => {
  vi.useFakeTimers();
  left.value = 100;
  said = [];
  scope = effectScope();
  scope.run(() => {
    const words = useCalmWords(
      () => `${left.value} left`,
      () => left.value === 0,
    );
    watch(words, (text) => said.push(text), { flush: 'sync' });
  });
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

async function become(units: number, afterMs: number): Promise<void> {
  left.value = units;
  await nextTick();
  await vi.advanceTimersByTimeAsync(afterMs);
}

it('says two of a hundred changes in ten seconds, and the last of them', async () => {
  for (let units = 99; units > 0; units--) await become(units, 100);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said).toEqual(['99 left', '1 left']);
});

it('does not wait with what is new about them', async () => {
  await become(5, 500);
  await become(4, 500);
  await become(0, 1_000);
  expect(said).toEqual(['5 left', '0 left']);
  await become(1, 2_000);
  expect(said).toEqual(['5 left', '0 left', '1 left']);
});
