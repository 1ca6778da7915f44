// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { DropEvent, User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { i18n } from '@/i18n';
import EventPage from './EventPage.vue';
import { useEvents } from './events.store';

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const event = {
  id: 'event',
  title: 'Listening room',
  description: '',
  status: 'live',
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: inAnHour,
  serverTime: new Date().toISOString(),
  items: [],
} as unknown as DropEvent;

async function show() {
  vi.spyOn(api, 'event').mockResolvedValue(event);
  vi.spyOn(api, 'threads').mockReturnValue(new Promise(() => undefined));
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'event', path: '/events/:id', component: EventPage },
      { name: 'login', path: '/login', component: EventPage },
    ],
  });
  await router.push('/events/event');
  return render(EventPage, { global: { plugins: [i18n, router, ui] } });
}

beforeEach(() => setActivePinia(createPinia()));

it('says a change aloud when it happens, and nothing when the page has loaded', async () => {
  const { container } = await show();

  await screen.findByRole('heading', { name: 'Listening room' });
  const announcement = container.querySelector('[aria-live="assertive"]');
  expect(announcement).toBeEmptyDOMElement();

  const { byId } = useEvents();
  byId.set('event', { ...event, status: 'sold_out' });
  await waitFor(() => expect(announcement).toHaveTextContent('Everything in this drop is sold out.'));
  byId.set('event', { ...event, status: 'closed' });
  await waitFor(() => expect(announcement).toHaveTextContent('The drop has ended.'));
});

it('asks for one’s own orders once it is there, and for nobody’s when nobody is logged in', async () => {
  const asked = vi.spyOn(api, 'standingOrders').mockImplementation(() => {
    expect(screen.getByRole('heading', { name: 'Listening room' })).toBeInTheDocument();
    return Promise.resolve({ data: [], nextCursor: null });
  });
  await show();
  await screen.findByRole('heading', { name: 'Listening room' });
  await nextTick();
  expect(asked).not.toHaveBeenCalled();
  useSession().user = { id: 'ann' } as User;
  await waitFor(() => expect(asked).toHaveBeenCalledExactlyOnceWith('event', undefined));

  cleanup();
  asked.mockClear();
  useEvents().byId.clear();
  await show();
  await waitFor(() => expect(asked).toHaveBeenCalledExactlyOnceWith('event', undefined));
});
