// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { useToast } from '@nuxt/ui/composables';
import UApp from '@nuxt/ui/components/App.vue';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import { ApiProblem, networkProblem } from '@/api/problem';
import type { DropEvent, EventStatus, Order, User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import DropItem from './DropItem.vue';
import { useOrders } from './orders.store';

const item = {
  id: 'item',
  itemId: 'catalog',
  name: 'Kettle',
  description: '',
  category: 'Kitchen',
  imageUrl: null,
  price: { amount: 4_950, currency: 'USD' },
  stockTotal: 5,
  stockRemaining: 5,
  perUserLimit: 3,
};
const event = {
  id: 'event',
  title: 'Drop',
  status: 'live',
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2036-01-01T00:00:00Z',
  serverTime: '2026-01-02T00:00:00Z',
  items: [item],
} as unknown as DropEvent;

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const order = (id: string, changes: Partial<Order>): Order => ({
  id,
  eventId: 'event',
  eventItemId: 'item',
  itemName: 'Kettle',
  quantity: 1,
  unitPrice: item.price,
  total: item.price,
  status: 'reserved',
  reservedUntil: inMinutes(4),
  createdAt: inMinutes(-1),
  confirmedAt: null,
  releaseReason: null,
  ...changes,
});

const page = { template: '<div />' };

async function show(
  phase: EventStatus,
  changes: Partial<typeof item> = {},
  path = '/events/event',
  status = phase,
) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'event', path: '/events/:id', component: page },
      { name: 'confirm', path: '/events/:id/confirm/:orderId', component: page },
      { name: 'login', path: '/login', component: page },
      { name: 'orders', path: '/orders', component: page },
    ],
  });
  await router.push(path);
  const props = { event: { ...event, status }, item: { ...item, ...changes }, phase };
  const Shop = defineComponent(() => {
    // Toasts outlive what a test shows.
    useToast().clear();
    return () => h(UApp, () => h(DropItem, props));
  });
  render(Shop, { global: { plugins: [i18n, router, ui] } });
  return router;
}

describe('an item of a drop', () => {
  let scrolledTo: Element[];
  beforeEach(() => {
    scrolledTo = [];
    // jsdom lays nothing out, so it has nowhere to scroll.
    Element.prototype.scrollIntoView = function (this: Element) {
      scrolledTo.push(this);
    };
    localStorage.clear();
    setActivePinia(createPinia());
    useSession().user = { id: 'ann' } as User;
  });
  const button = () => screen.getByTestId('buy');

  it.each([
    ['locked', 5, 'Opens in'],
    ['live', 0, 'Sold out'],
    ['sold_out', 0, 'Sold out'],
    ['closed', 5, 'Drop ended'],
  ] as const)('cannot be bought when %s with %i left, and says why', async (phase, stockRemaining, words) => {
    await show(phase, { stockRemaining });
    expect(button()).toBeDisabled();
    expect(button()).toHaveTextContent(words);
  });

  it('says on the button that held units may return, and names the time to the opening once', async () => {
    await show('live', { stockRemaining: 0, held: 1 } as Partial<typeof item>);
    expect(button()).toHaveTextContent('Sold out, 1 may return');
    cleanup();
    await show('locked');
    expect(button()).toHaveAccessibleName(/^Opens in \d+ \w+$/);
  });

  it('does not call a drop ended that the shop has not called so', async () => {
    await show('closed', {}, '/events/event', 'live');
    expect(button()).toBeDisabled();
    expect(button()).toHaveTextContent('Checking');
  });

  it('reserves what was chosen with one press and leads to the confirmation', async () => {
    const reserve = vi.spyOn(api, 'reserve').mockResolvedValue(order('order', {}));
    const router = await show('live');
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'One more' }));
    await user.click(button());
    await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/events/event/confirm/order'));
    expect(screen.queryByText(/came through only now/)).not.toBeInTheDocument();
    expect(reserve).toHaveBeenCalledExactlyOnceWith(
      'item',
      2,
      item.price,
      expect.stringMatching(/^[0-9a-f]{32}$/),
    );
  });

  it('does not let more be chosen than one person may have', async () => {
    await show('live', { perUserLimit: 2 });
    const more = screen.getByRole('button', { name: 'One more' });
    await userEvent.click(more);
    expect(more).toBeDisabled();
  });

  it('asks how many only where there is or will be something to buy', async () => {
    await show('locked');
    expect(screen.getByRole('group', { name: 'Quantity' })).toBeInTheDocument();
    cleanup();
    await show('live', { stockRemaining: 0 });
    expect(screen.queryByRole('group', { name: 'Quantity' })).not.toBeInTheDocument();
  });

  it('sends one request however often it is pressed', async () => {
    let answer: (order: Order) => void = () => undefined;
    const reserve = vi.spyOn(api, 'reserve').mockReturnValue(new Promise((resolve) => (answer = resolve)));
    await show('live');
    const user = userEvent.setup();
    await user.dblClick(button());
    await user.click(button());
    expect(button()).toHaveTextContent('Reserving');
    answer({ id: 'order' } as Order);
    await waitFor(() => expect(button()).toHaveTextContent('Yours'));
    expect(reserve).toHaveBeenCalledTimes(1);
  });

  it('is not asked for again in the name of who has logged in since', async () => {
    const reserve = vi.spyOn(api, 'reserve').mockImplementation(() => {
      useSession().user = { id: 'bob' } as User;
      return Promise.reject(networkProblem());
    });
    await show('live');
    await userEvent.click(button());
    expect(await screen.findByText(/^Somebody else has logged in/)).toBeInTheDocument();
    expect(reserve).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['PURCHASE_LIMIT_REACHED', 'That would be more than one person can buy here.'],
    [
      'HOLD_LIMIT_REACHED',
      'You let go of this item several times. Others have their turn first; try again later.',
    ],
    ['SOLD_OUT', 'Sold out: the last one just went to somebody else.'],
  ])('says aloud what %s means', async (code, words) => {
    vi.spyOn(api, 'reserve').mockRejectedValue(new ApiProblem(code, 409));
    vi.spyOn(api, 'standingOrders').mockResolvedValue({ data: [], nextCursor: null });
    await show('live');
    await userEvent.click(button());
    const said = await screen.findByText((text) => text.startsWith(words));
    expect(said).toHaveAttribute('aria-live', 'polite');
  });

  it('asks before anything is bought at a price that was not seen', async () => {
    const actual = { amount: 5_950, currency: 'USD' };
    const changed = new ApiProblem('PRICE_CHANGED', 409, undefined, undefined, [], {
      expected: item.price,
      actual,
    });
    const reserve = vi
      .spyOn(api, 'reserve')
      .mockRejectedValueOnce(changed)
      .mockResolvedValue(order('order', {}));
    vi.spyOn(api, 'event').mockResolvedValue({ ...event, items: [{ ...item, price: actual }] });
    const router = await show('live');
    const user = userEvent.setup();
    await user.click(button());
    await screen.findByText('It now costs $59.50 instead of $49.50. Buy for $59.50?');
    expect(reserve).toHaveBeenCalledTimes(1);
    expect(button()).toHaveTextContent('Buy for $59.50');
    await user.click(button());
    await waitFor(() => expect(router.currentRoute.value.name).toBe('confirm'));
    expect(reserve.mock.calls.map(([, , price]) => price)).toEqual([item.price, actual]);
  });

  it('asks a visitor to log in and to come back to this item with as many', async () => {
    useSession().user = undefined;
    const router = await show('live');
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'One more' }));
    await user.click(button());
    await waitFor(() =>
      expect(router.currentRoute.value).toMatchObject({
        path: '/login',
        query: { return: '/events/event?item=item&quantity=2' },
      }),
    );
  });

  it.each([
    ['item=item&quantity=2', '2'],
    ['item=item&quantity=99', '3'],
    ['item=item&quantity=0', '1'],
    ['item=item&quantity=1e1', '1'],
    ['item=item&quantity=2&quantity=3', '1'],
    ['item=other&quantity=2', '1'],
  ])('is chosen as the address says, if that makes sense, and not bought: %s', async (query, quantity) => {
    const reserve = vi.spyOn(api, 'reserve');
    await show('live', {}, `/events/event?${query}`);
    expect(screen.getByRole('group', { name: 'Quantity' })).toHaveTextContent(quantity);
    expect(scrolledTo).toEqual(query.startsWith('item=item') ? [screen.getByRole('article')] : []);
    expect(reserve).not.toHaveBeenCalled();
  });

  describe('whose purchase was not answered before the page was left', () => {
    const key = 'k'.repeat(32);
    const chosen = () => screen.getByRole('group', { name: 'Quantity' });
    beforeEach(() => {
      const attempt = {
        key,
        userId: 'ann',
        eventItemId: 'item',
        quantity: 2,
        price: item.price,
        isUncertain: true,
      };
      localStorage.setItem('swiftdrop.attempt.ann.item', JSON.stringify(attempt));
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it('is asked after with the number that was sent, whatever has become known since', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      const reserve = vi.spyOn(api, 'reserve').mockRejectedValue(networkProblem());
      await show('live');
      await vi.advanceTimersByTimeAsync(100);
      expect(chosen()).toHaveTextContent('2');
      useOrders().keep(order('bought', { status: 'confirmed', quantity: 2 }));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(button()).toHaveTextContent('Check again');
      expect(chosen()).toHaveTextContent('2');
      for (const name of ['One more', 'One fewer'])
        expect(screen.getByRole('button', { name })).toBeDisabled();
      await fireEvent.click(button());
      expect(reserve).toHaveBeenCalledTimes(5);
      for (const call of reserve.mock.calls) expect(call).toEqual(['item', 2, item.price, key]);
    });

    it('is asked after by itself when the line is back', async () => {
      const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
      dispatchEvent(new Event('offline'));
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      const reserve = vi.spyOn(api, 'reserve').mockRejectedValue(networkProblem());
      const router = await show('live');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(screen.getByText(/^You are offline, so we do not know yet/)).toBeInTheDocument();
      expect(reserve).toHaveBeenCalledTimes(4);
      onLine.mockReturnValue(true);
      reserve.mockResolvedValue(order('order', {}));
      dispatchEvent(new Event('online'));
      await vi.advanceTimersByTimeAsync(100);
      expect(router.currentRoute.value.fullPath).toBe('/events/event/confirm/order');
      for (const call of reserve.mock.calls) expect(call).toEqual(['item', 2, item.price, key]);
    });

    it('is asked after now and then, also when no sign says that the line is back', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      const reserve = vi.spyOn(api, 'reserve').mockRejectedValue(networkProblem());
      const router = await show('live');
      await vi.advanceTimersByTimeAsync(10_000);
      reserve.mockResolvedValue(order('order', {}));
      await vi.advanceTimersByTimeAsync(20_000);
      expect(router.currentRoute.value.name).toBe('confirm');
    });

    it.each([
      ['says that it came through only now', order('new', {}), 1],
      ['leaves a hold that is over to its page', order('old', { status: 'expired' }), 0],
    ])('%s', async (_, answer, notices) => {
      vi.spyOn(api, 'reserve').mockResolvedValue(answer);
      const router = await show('live');
      await waitFor(() => expect(router.currentRoute.value.name).toBe('confirm'));
      const said = 'Your purchase from before came through only now: Kettle is held for you.';
      expect(screen.queryAllByText(said)).toHaveLength(notices);
    });
  });

  describe('of which one has some', () => {
    const own = () => screen.queryByRole('list', { name: 'Yours' });
    const links = () =>
      screen.getAllByRole('link').map((link) => [link.textContent, link.getAttribute('href')]);
    beforeEach(() => {
      serverClock.forget();
      const now = performance.now();
      serverClock.add({ sentAt: now, receivedAt: now, serverTime: Date.now() });
    });

    it('says how many are held and until when, how many are bought, and leads there', async () => {
      await show('live');
      expect(own()).not.toBeInTheDocument();
      const { keep } = useOrders();
      keep(order('late', { reservedUntil: inMinutes(5), quantity: 2 }));
      keep(order('soon', {}));
      keep(order('old', { status: 'confirmed', createdAt: inMinutes(-9), quantity: 2 }));
      keep(order('new', { status: 'confirmed' }));
      keep(order('gone', { status: 'cancelled' }));
      keep(order('other', { eventItemId: 'other item' }));
      await waitFor(() => expect(own()).toHaveTextContent(/You hold 1until .*0[34]:\d\d/));
      expect(own()).toHaveTextContent('You hold 2');
      expect(own()).toHaveTextContent('You have bought 3');
      expect(links()).toEqual([
        ['Confirm', '/events/event/confirm/soon'],
        ['Confirm', '/events/event/confirm/late'],
        ['See order', '/orders?order=new'],
      ]);
    });

    it('follows what becomes of it, and the time', async () => {
      await show('live');
      const { keep } = useOrders();
      keep(order('held', {}));
      await waitFor(() => expect(own()).toHaveTextContent('You hold 1'));
      keep(order('held', { status: 'expired' }));
      await waitFor(() => expect(own()).not.toBeInTheDocument());
      // Its time is over, and the shop is asked: only it knows whether it was confirmed elsewhere.
      const ask = vi.spyOn(api, 'order').mockResolvedValue(order('short', { status: 'confirmed' }));
      keep(order('short', { reservedUntil: new Date(Date.now() + 300).toISOString() }));
      await waitFor(() => expect(own()).toHaveTextContent('You hold 1'));
      await waitFor(() => expect(own()).toHaveTextContent('Checking with the shop'));
      await waitFor(() => expect(own()).toHaveTextContent('You have bought 1'), { timeout: 3_000 });
      expect(ask).toHaveBeenCalledExactlyOnceWith('short');
    });

    it('lets no more be chosen than the limit leaves', async () => {
      await show('live');
      const user = userEvent.setup();
      const more = screen.getByRole('button', { name: 'One more' });
      await user.click(more);
      await user.click(more);
      expect(button()).toHaveTextContent('Buy 3');
      useOrders().keep(order('held', {}));
      await waitFor(() => expect(button()).toHaveTextContent('Buy 2'));
      expect(more).toBeDisabled();
    });

    it('cannot be bought at the limit, says so, and can again when a hold is given back', async () => {
      await show('live');
      useOrders().keep(order('bought', { status: 'confirmed', quantity: 2 }));
      useOrders().keep(order('held', {}));
      await waitFor(() => expect(button()).toHaveTextContent('You have your 3'));
      expect(button()).toBeDisabled();
      expect(button()).toHaveAccessibleDescription('up to 3 per person');
      expect(screen.queryByRole('group', { name: 'Quantity' })).not.toBeInTheDocument();
      useOrders().keep(order('held', { status: 'cancelled' }));
      await waitFor(() => expect(button()).toBeEnabled());
      expect(screen.getByRole('button', { name: 'One more' })).toBeDisabled();
    });

    it('shows three holds, and that there are more', async () => {
      await show('live', { perUserLimit: 5 });
      for (const id of ['1', '2', '3', '4']) useOrders().keep(order(id, {}));
      await waitFor(() => expect(links()).toHaveLength(4));
      expect(links().at(-1)).toEqual(['and 1 more hold', '/orders']);
    });

    it.each([
      ['reserved', 'Confirm what you hold', '/events/event/confirm/elsewhere'],
      ['confirmed', 'See what you have bought', '/orders?order=elsewhere'],
    ] as const)(
      'leads from the limit to what is %s, though it was not known here',
      async (status, ...link) => {
        vi.spyOn(api, 'reserve').mockRejectedValue(new ApiProblem('PURCHASE_LIMIT_REACHED', 409));
        vi.spyOn(api, 'standingOrders').mockResolvedValue({
          data: [{ ...order('elsewhere', { status }), eventTitle: 'Drop' }],
          nextCursor: null,
        });
        await show('live');
        await userEvent.click(button());
        await waitFor(() => expect(links()).toContainEqual(link));
        expect(screen.getByText(/more than one person can buy/)).toContainElement(
          screen.getByRole('link', { name: link[0] }),
        );
      },
    );
  });
});
