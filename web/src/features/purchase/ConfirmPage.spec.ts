// @vitest-environment jsdom
import { render, screen } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { Order } from '@/api/types';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import ConfirmPage from './ConfirmPage.vue';

const HOUR_MS = 3_600_000;

it('does not judge a hold by a machine’s clock that is an hour ahead', async () => {
  const trueTime = Date.now() - HOUR_MS;
  const order = {
    id: 'order',
    eventId: 'event',
    eventItemId: 'item',
    itemName: 'Kettle',
    quantity: 1,
    unitPrice: { amount: 4_950, currency: 'USD' },
    total: { amount: 4_950, currency: 'USD' },
    status: 'reserved',
    reservedUntil: new Date(trueTime + 240_000).toISOString(),
    createdAt: new Date(trueTime - 60_000).toISOString(),
    confirmedAt: null,
  } as Order;
  vi.spyOn(api, 'order').mockResolvedValue(order);
  vi.spyOn(api, 'event').mockReturnValue(new Promise(() => undefined));
  const page = { template: '<div />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'confirm', path: '/events/:id/confirm/:orderId', component: page },
      { name: 'event', path: '/events/:id', component: page },
      { name: 'orders', path: '/orders', component: page },
    ],
  });
  await router.push('/events/event/confirm/order');
  setActivePinia(createPinia());
  render(ConfirmPage, { global: { plugins: [i18n, router, ui] } });

  await screen.findByRole('heading', { name: 'Held for you' });
  expect(screen.getByRole('timer')).toHaveTextContent('–:––');
  expect(screen.getByRole('button', { name: 'Confirm for $49.50' })).toBeEnabled();
  expect(screen.queryByText(/ran out/)).not.toBeInTheDocument();

  const now = performance.now();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime });
  await screen.findByRole('heading', { name: 'It is yours to confirm' });
  expect(screen.getByRole('timer')).toHaveTextContent(/[34]:\d\d/);
  expect(screen.getByRole('link', { name: 'Back to the drop, your hold stays' })).toHaveAttribute(
    'href',
    '/events/event?item=item',
  );

  serverClock.forget();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime + HOUR_MS });
  await screen.findByRole('heading', { name: 'The hold ran out' });
});
