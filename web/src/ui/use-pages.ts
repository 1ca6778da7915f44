import { ref, shallowRef } from 'vue';
import type { Page } from '@/api/types';

/** How many pages are read anew at once; what was shown after them stays as it is. */
const MOST_REFRESHED = 5;

/** A list read page by page: what is shown, whether more is there, and what went wrong. */
export function usePages<T extends { id: string }>(read: (cursor?: string) => Promise<Page<T>>) {
  const rows = shallowRef<T[]>([]);
  const nextCursor = ref<string | null>(null);
  const loading = ref(false);
  const loaded = ref(false);
  const problem = ref<unknown>();
  let generation = 0;
  /** What to do again, should one ask for it after a failure. */
  let last: () => Promise<void> = () => Promise.resolve();

  async function attempt(work: () => Promise<Page<T>>): Promise<void> {
    const mine = ++generation;
    last = () => attempt(work);
    loading.value = true;
    try {
      const page = await work();
      // A slower, older answer must not replace a newer one.
      if (mine !== generation) return;
      rows.value = page.data;
      nextCursor.value = page.nextCursor;
      loaded.value = true;
      problem.value = undefined;
    } catch (error) {
      if (mine === generation) problem.value = error;
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  const next = (cursor: string) =>
    attempt(async () => {
      const page = await read(cursor);
      return { data: [...rows.value, ...page.data], nextCursor: page.nextCursor };
    });

  /** Reads again what is shown, and takes nothing from under who reads or writes there. */
  const refresh = () =>
    attempt(async () => {
      const data: T[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < MOST_REFRESHED; pages++) {
        const page: Page<T> = await read(cursor ?? undefined);
        data.push(...page.data);
        cursor = page.nextCursor;
        if (cursor === null || data.length >= rows.value.length) break;
      }
      const known = new Set(data.map(({ id }) => id));
      const lastShared = rows.value.findLastIndex(({ id }) => known.has(id));
      const rest = cursor === null || lastShared === -1 ? [] : rows.value.slice(lastShared + 1);
      return { data: [...data, ...rest], nextCursor: rest.length > 0 ? nextCursor.value : cursor };
    });

  return {
    rows,
    nextCursor,
    loading,
    loaded,
    problem,
    reload: () => {
      problem.value = undefined;
      return attempt(() => read());
    },
    refresh,
    /** The next page; after a failure, what has failed. */
    more: () => {
      if (problem.value !== undefined) return last();
      return nextCursor.value ? next(nextCursor.value) : Promise.resolve();
    },
  };
}
