// @vitest-environment jsdom
import { render, screen, within } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { ListedOrder } from '@/api/types';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import OrdersPage from './OrdersPage.vue';

const order = (id: string, changes: Partial<ListedOrder>) =>
  ({
    id,
    eventId: 'event',
    eventTitle: 'Spring drop',
    eventItemId: 'item',
    itemName: `Kettle ${id}`,
    quantity: 1,
    unitPrice: { amount: 4_950, currency: 'USD' },
    total: { amount: 4_950, currency: 'USD' },
    status: 'reserved',
    reservedUntil: '2036-01-01T00:00:00Z',
    createdAt: '2026-01-01T00:00:00Z',
    confirmedAt: null,
    releaseReason: null,
    ...changes,
  }) as ListedOrder;

async function show(data: ListedOrder[]) {
  const read = vi.spyOn(api, 'orders').mockResolvedValue({ data, nextCursor: null });
  const page = { template: '<div />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'home', path: '/', component: page },
      { name: 'orders', path: '/orders', component: page },
      { name: 'event', path: '/events/:id', component: page },
      { name: 'confirm', path: '/events/:id/confirm/:orderId', component: page },
    ],
  });
  await router.push('/orders');
  setActivePinia(createPinia());
  render(OrdersPage, { global: { plugins: [i18n, router, ui] } });
  return read;
}

it('names the drop of each order and leads to what can be done', async () => {
  await show([
    order('held', {}),
    order('bought', { status: 'confirmed' }),
    order('closed', { status: 'cancelled', releaseReason: 'event_closed' }),
    order('given back', { status: 'cancelled', releaseReason: 'shopper' }),
  ]);
  const cards = await screen.findAllByRole('listitem');
  const links = cards.map((card) =>
    within(card)
      .getAllByRole('link')
      .map((link) => [link.textContent?.trim(), link.getAttribute('href')]),
  );
  const toDrop = ['See the drop', '/events/event?item=item'];
  expect(links).toEqual([
    [toDrop, ['Confirm now', '/events/event/confirm/held']],
    [toDrop, ['Rate it', '/events/event?rate=item']],
    [toDrop],
    [toDrop],
  ]);
  for (const card of cards) expect(card).toHaveTextContent('Spring drop');
  expect(cards[2]).toHaveTextContent('The shop closed this drop before you confirmed.');
  expect(cards[3]).toHaveTextContent('Given back');
});

it('asks the shop what became of a hold whose time is over, and reads anew when one comes back', async () => {
  const now = performance.now();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: Date.now() });
  const over = new Date(Date.now() - 1_000).toISOString();
  vi.spyOn(api, 'order').mockResolvedValue(order('held', { status: 'confirmed' }));
  const read = await show([order('held', { reservedUntil: over })]);
  await screen.findByText('Checking with the shop');
  expect(screen.queryByText('Hold ran out')).not.toBeInTheDocument();
  await screen.findByText('Confirmed', {}, { timeout: 3_000 });

  // Bought on another device meanwhile.
  read.mockResolvedValue({
    data: [order('new', {}), order('held', { status: 'confirmed' })],
    nextCursor: null,
  });
  dispatchEvent(new Event('online'));
  await screen.findByText('Kettle new');
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
});
