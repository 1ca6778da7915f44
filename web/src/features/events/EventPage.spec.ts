// @vitest-environment jsdom
import { render, screen, waitFor } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { DropEvent } from '@/api/types';
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

it('says a change aloud when it happens, and nothing when the page has loaded', async () => {
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
  setActivePinia(createPinia());
  const { container } = render(EventPage, { global: { plugins: [i18n, router, ui] } });

  await screen.findByRole('heading', { name: 'Listening room' });
  const announcement = container.querySelector('[aria-live="assertive"]');
  expect(announcement).toBeEmptyDOMElement();

  const { byId } = useEvents();
  byId.set('event', { ...event, status: 'sold_out' });
  await waitFor(() => expect(announcement).toHaveTextContent('Everything in this drop is sold out.'));
  byId.set('event', { ...event, status: 'closed' });
  await waitFor(() => expect(announcement).toHaveTextContent('The drop has ended.'));
});
