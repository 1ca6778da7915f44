import { computed, onMounted, onScopeDispose, ref } from 'vue';
import { api } from '@/api/client';
import type { DropEvent, EventStatus } from '@/api/types';
import { readWithTime } from '@/features/time/read-with-time';
import { serverClock, useNow } from '@/features/time/use-now';
import { usePages } from '@/ui/use-pages';
import { phaseAt } from './phase';

const ON_SALE: EventStatus[] = ['live', 'sold_out'];
const PAGE = 12;
/** What is on sale is shown whole; this many pages of a hundred are more than any shop sells at once. */
const MAX_PAGES_ON_SALE = 10;

/**
 * The drops of the home page. Each state is read by itself, so that no number of upcoming drops hides one that is on
 * sale. What is known of a drop is kept once, whichever list told it, and stands where the clock puts it.
 */
export function useHomeDrops() {
  const now = useNow();
  const known = ref(new Map<string, DropEvent>());

  async function readPage(status: EventStatus[], limit: number, cursor?: string) {
    const read = () => api.events({ status, limit, cursor });
    const page = await readWithTime(serverClock, read, ({ data }) => data[0]?.serverTime);
    for (const event of page.data) known.value.set(event.id, event);
    return page;
  }
  const onSale = usePages(async () => {
    let page = await readPage(ON_SALE, 100);
    const { data } = page;
    for (let pages = 1; page.nextCursor && pages < MAX_PAGES_ON_SALE; pages++) {
      page = await readPage(ON_SALE, 100, page.nextCursor);
      data.push(...page.data);
    }
    return { data, nextCursor: null };
  });
  const upcoming = usePages((cursor) => readPage(['locked'], PAGE, cursor));
  const past = usePages((cursor) => readPage(['closed'], PAGE, cursor));
  onMounted(() => Promise.all([onSale.reload(), upcoming.reload(), past.reload()]));

  // Stock on the overview may be a few seconds old; the drop's own page is live. Pages that were added stay.
  const refresh = setInterval(
    () => {
      if (document.visibilityState !== 'visible') return;
      void onSale.reload();
      void readPage(['locked'], PAGE).catch(() => undefined);
    },
    8_000 + Math.random() * 4_000,
  );
  onScopeDispose(() => clearInterval(refresh));

  const inPhase = (...phases: EventStatus[]) =>
    [...known.value.values()]
      .map((event) => ({ event, phase: phaseAt(event, now.value) }))
      .filter(({ phase }) => phases.includes(phase));
  type Entry = ReturnType<typeof inPhase>[number];
  const by = (time: 'startsAt' | 'endsAt') => (one: Entry, other: Entry) =>
    Date.parse(one.event[time]) - Date.parse(other.event[time]);

  return {
    lists: { onSale, upcoming, past },
    /** Sold out ones last, then by soonest end. */
    open: computed(() => [...inPhase('live').sort(by('endsAt')), ...inPhase('sold_out').sort(by('endsAt'))]),
    upcoming: computed(() => inPhase('locked').sort(by('startsAt'))),
    past: computed(() => inPhase('closed').sort(by('endsAt')).reverse()),
  };
}
