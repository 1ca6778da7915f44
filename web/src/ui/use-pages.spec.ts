import { expect, it } from 'vitest';
import { usePages } from './use-pages';

/** A list of numbers, newest first, in pages of two; `fail` makes the next reads fail. */
function listOf(...ids: string[]) {
  const list = { ids, fails: false };
  const read = (cursor?: string) => {
    if (list.fails) return Promise.reject(new Error('no answer'));
    const from = cursor === undefined ? 0 : list.ids.indexOf(cursor) + 1;
    const data = list.ids.slice(from, from + 2).map((id) => ({ id }));
    const isLast = from + 2 >= list.ids.length;
    return Promise.resolve({ data, nextCursor: isLast ? null : (data.at(-1)?.id ?? null) });
  };
  const pages = usePages(read);
  return { list, pages, shown: () => pages.rows.value.map(({ id }) => id).join('') };
}

it('keeps what is shown when more cannot be read, says so, and reads it when asked again', async () => {
  const { list, pages, shown } = listOf('d', 'c', 'b', 'a');
  await pages.reload();
  list.fails = true;
  await pages.more();
  expect([shown(), pages.problem.value]).toEqual(['dc', new Error('no answer')]);
  list.fails = false;
  await pages.more();
  expect([shown(), pages.problem.value]).toEqual(['dcba', undefined]);
});

it('keeps all pages that are open when it is read anew', async () => {
  const { list, pages, shown } = listOf('d', 'c', 'b', 'a', '9');
  await pages.reload();
  await pages.more();
  list.ids.unshift('e');
  await pages.refresh();
  expect(shown()).toBe('edcba');
  list.fails = true;
  await pages.refresh();
  expect([shown(), pages.problem.value]).toEqual(['edcba', new Error('no answer')]);
  list.fails = false;
  await pages.more();
  expect(pages.problem.value).toBeUndefined();
  await pages.more();
  expect(shown()).toBe('edcba9');
});

it('keeps what it cannot read anew at once, and lets go of what is gone', async () => {
  const ids = Array.from({ length: 14 }, (_, at) => String.fromCharCode(110 - at));
  const { list, pages, shown } = listOf(...ids);
  await pages.reload();
  while (pages.nextCursor.value) await pages.more();
  list.ids = list.ids.filter((id) => id !== 'm');
  await pages.refresh();
  expect(shown()).toBe('nlkjihgfedcba');
});
