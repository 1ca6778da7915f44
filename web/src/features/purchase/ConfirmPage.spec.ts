// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { render, screen, waitFor, within } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import { networkProblem } from '@/api/problem';
import type { Order } from '@/api/types';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import { pageTitle } from '@/ui/page-title';
import ConfirmPage from './ConfirmPage.vue';

const HOUR_MS = 3_600_000;

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
  releaseReason: null,
} as Order;

async function show() {
  vi.spyOn(api, 'event').mockReturnValue(new Promise(() => undefined));
  const page = { template: '<div />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'home', path: '/', component: page },
      { name: 'confirm', path: '/events/:id/confirm/:orderId', component: page },
      { name: 'event', path: '/events/:id', component: page },
      { name: 'orders', path: '/orders', component: page },
    ],
  });
  await router.push('/events/event/confirm/order');
  setActivePinia(createPinia());
  render(ConfirmPage, { global: { plugins: [i18n, router, ui] } });
}

beforeEach(() => serverClock.forget());

it('does not judge a hold by a machine’s clock that is an hour ahead', async () => {
  vi.spyOn(api, 'order').mockResolvedValue(order);
  await show();

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

  // Even the server's time ends no hold: it may have been confirmed elsewhere.
  const asked = vi.spyOn(api, 'order').mockResolvedValue({ ...order, status: 'expired' });
  serverClock.forget();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime + HOUR_MS });
  await screen.findByRole('heading', { name: 'Checking with the shop' });
  dispatchEvent(new Event('online'));
  await screen.findByRole('heading', { name: 'The hold ran out' });
  expect(asked).toHaveBeenCalledWith('order');
  expect(screen.getByRole('link', { name: 'Try again' })).toHaveAttribute(
    'href',
    '/events/event?item=item&quantity=1',
  );
});

it('asks the shop why a hold is over, and does not blame the shopper for what an admin did', async () => {
  const now = performance.now();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime });
  const asked = vi
    .spyOn(api, 'order')
    .mockResolvedValueOnce({ ...order, reservedUntil: new Date(trueTime + 300).toISOString() })
    .mockResolvedValue({ ...order, status: 'cancelled', releaseReason: 'event_closed' });
  await show();
  await screen.findByRole('heading', { name: 'It is yours to confirm' });
  await screen.findByRole('heading', { name: 'The drop was closed' }, { timeout: 3_000 });
  expect(asked).toHaveBeenCalledTimes(2);
  expect(screen.getByText(/^The shop closed this drop before you confirmed/)).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'See the drops' })).toHaveAttribute('href', '/');
});

it('asks before a hold is given back, and goes on at the news', async () => {
  const now = performance.now();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime });
  vi.spyOn(api, 'order').mockResolvedValue(order);
  const cancel = vi
    .spyOn(api, 'cancel')
    .mockResolvedValue({ ...order, status: 'cancelled', releaseReason: 'shopper' });
  await show();
  const user = userEvent.setup();
  const giveBack = await screen.findByRole('button', { name: 'Give it back' });
  const inDialog = (name: string) => within(screen.getByRole('dialog')).getByRole('button', { name });

  await user.click(giveBack);
  await screen.findByRole('dialog', { name: 'Give it back?' });
  await user.click(inDialog('Keep the hold'));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  await waitFor(() => expect(giveBack).toHaveFocus());
  expect(cancel).not.toHaveBeenCalled();

  await user.click(giveBack);
  await screen.findByRole('dialog');
  await user.click(inDialog('Give it back'));
  const news = await screen.findByRole('heading', { name: 'Given back' });
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  await waitFor(() => expect(news).toHaveFocus());
  expect(cancel).toHaveBeenCalledExactlyOnceWith('order');
});

it('sends a confirmation that got no answer again once the line is back', async () => {
  const now = performance.now();
  serverClock.add({ sentAt: now, receivedAt: now, serverTime: trueTime });
  const read = vi.spyOn(api, 'order').mockResolvedValue(order);
  const confirm = vi.spyOn(api, 'confirm').mockRejectedValue(networkProblem());
  await show();
  const user = userEvent.setup();
  const button = await screen.findByRole('button', { name: 'Confirm for $49.50' });
  read.mockRejectedValue(networkProblem());
  await user.click(button);
  await screen.findByText(/^No answer reached us/);
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  read.mockResolvedValue(order);
  confirm.mockResolvedValue({ ...order, status: 'confirmed' });
  dispatchEvent(new Event('online'));
  await screen.findByRole('heading', { name: 'Confirmed' });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  expect(pageTitle.value).toBe('Confirmed');
});

it('says aloud how long a hold lasts in a few steps only', async () => {
  const now = performance.now();
  // So far from the tests before that the clock is set and not slewed.
  const serverTime = trueTime + HOUR_MS / 2;
  serverClock.add({ sentAt: now, receivedAt: now, serverTime });
  vi.spyOn(api, 'order').mockResolvedValue({
    ...order,
    reservedUntil: new Date(serverTime + 60_800).toISOString(),
  });
  await show();
  await screen.findByRole('heading', { name: 'It is yours to confirm' });
  expect(screen.queryByText(/seconds left to confirm/)).not.toBeInTheDocument();
  expect(await screen.findByText('60 seconds left to confirm', {}, { timeout: 4_000 })).toHaveAttribute(
    'role',
    'status',
  );
  expect(pageTitle.value).toMatch(/^Reserved [01]:\d\d$/);
});
