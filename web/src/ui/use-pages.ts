import { ref, shallowRef } from 'vue';
import type { Page } from '@/api/types';

/** A list read page by page: what is shown, whether more is there, and what went wrong. */
export function usePages<T>(read: (cursor?: string) => Promise<Page<T>>) {
  const rows = shallowRef<T[]>([]);
  const nextCursor = ref<string | null>(null);
  const loading = ref(false);
  const loaded = ref(false);
  const problem = ref<unknown>();
  let generation = 0;

  async function fetchPage(cursor?: string): Promise<void> {
    const mine = ++generation;
    loading.value = true;
    problem.value = undefined;
    try {
      const page = await read(cursor);
      // A slower, older answer must not replace a newer one.
      if (mine !== generation) return;
      rows.value = cursor ? [...rows.value, ...page.data] : page.data;
      nextCursor.value = page.nextCursor;
      loaded.value = true;
    } catch (error) {
      if (mine === generation) problem.value = error;
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  return {
    rows,
    nextCursor,
    loading,
    loaded,
    problem,
    reload: () => fetchPage(),
    more: () => (nextCursor.value ? fetchPage(nextCursor.value) : Promise.resolve()),
  };
}
