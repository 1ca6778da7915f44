// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { ApiProblem, networkProblem } from '@/api/problem';
import type { ListedOrder, Order, User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { useOrders } from './orders.store';

const order = { id: 'o', status: 'reserved' } as Order;

beforeEach(() => setActivePinia(createPinia()));

it('finds an own order and keeps it', async () => {
  vi.spyOn(api, 'order').mockResolvedValue(order);
  await expect(useOrders().find('o')).resolves.toEqual(order);
  expect(useOrders().byId.get('o')).toEqual(order);
});

it.each([
  ['ORDER_NOT_FOUND', 404],
  ['INVALID_ID', 400],
])('finds nothing when the answer is %s', async (code, status) => {
  vi.spyOn(api, 'order').mockRejectedValue(new ApiProblem(code, status));
  await expect(useOrders().find('o')).resolves.toBeUndefined();
});

it('does not let a slow answer bring a hold back that was resolved meanwhile', () => {
  useOrders().keep({ ...order, status: 'confirmed' });
  useOrders().keep(order);
  expect(useOrders().byId.get('o')).toMatchObject({ status: 'confirmed' });
});

it('shows nobody the orders of who was logged in before, not even in a late answer', async () => {
  const session = useSession();
  session.user = { id: 'ann' } as User;
  const orders = useOrders();
  orders.keep(order);
  let answer: (page: { data: ListedOrder[]; nextCursor: null }) => void = () => undefined;
  vi.spyOn(api, 'standingOrders').mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const asked = orders.loadOfEvent('event');
  session.user = { id: 'bob' } as User;
  answer({ data: [{ ...order, eventTitle: 'Drop' }], nextCursor: null });
  await asked;
  expect([...orders.byId.keys()]).toEqual([]);
});

it('learns all orders that stand in an event, and what became of a hold that is none of them', async () => {
  useOrders().keep({ ...order, id: 'held', eventId: 'event' });
  const row = (id: string) => ({ ...order, id, eventId: 'event', eventTitle: 'Drop' });
  const list = vi
    .spyOn(api, 'standingOrders')
    .mockResolvedValueOnce({ data: [row('1')], nextCursor: 'next' })
    .mockResolvedValueOnce({ data: [row('2')], nextCursor: null });
  vi.spyOn(api, 'order').mockResolvedValue({ ...order, id: 'held', eventId: 'event', status: 'confirmed' });
  await useOrders().loadOfEvent('event');
  expect(list.mock.calls).toEqual([
    ['event', undefined],
    ['event', 'next'],
  ]);
  expect([...useOrders().byId.keys()]).toEqual(['held', '1', '2']);
  expect(useOrders().byId.get('held')).toMatchObject({ status: 'confirmed' });
});

it.each([
  ['confirm', { status: 'confirmed' }],
  ['cancel', { status: 'cancelled', releaseReason: 'shopper' }],
] as const)('takes a %s that was carried out already for a yes', async (how, outcome) => {
  useOrders().keep(order);
  vi.spyOn(api, how).mockRejectedValue(new ApiProblem('ORDER_NOT_RESERVED', 409));
  vi.spyOn(api, 'order').mockResolvedValue({ ...order, ...outcome } as Order);
  await expect(useOrders().resolve('o', how)).resolves.toMatchObject(outcome);
});

it('does not take for a yes that the shop was quicker to close the drop', async () => {
  vi.spyOn(api, 'cancel').mockRejectedValue(new ApiProblem('ORDER_NOT_RESERVED', 409));
  vi.spyOn(api, 'order').mockResolvedValue({ ...order, status: 'cancelled', releaseReason: 'event_closed' });
  await expect(useOrders().resolve('o', 'cancel')).rejects.toThrow('ORDER_NOT_RESERVED');
});

it('confirms again when the answer is lost and nothing has come of it', async () => {
  const confirm = vi
    .spyOn(api, 'confirm')
    .mockRejectedValueOnce(networkProblem())
    .mockResolvedValue({ ...order, status: 'confirmed' });
  vi.spyOn(api, 'order').mockResolvedValue(order);
  await expect(useOrders().resolve('o', 'confirm')).resolves.toMatchObject({ status: 'confirmed' });
  expect(confirm).toHaveBeenCalledTimes(2);
});

it('tells one’s other tabs, and nobody else, of what was done here', async () => {
  const tab = (user: string) => {
    setActivePinia(createPinia());
    useSession().user = { id: user } as User;
    return useOrders();
  };
  const [here, other, stranger] = [tab('ann'), tab('ann'), tab('bob')];
  here.keepAndTell({ ...order });
  await vi.waitFor(() => expect(other.byId.get('o')).toEqual(order));
  expect(stranger.byId.size).toBe(0);
});

it('says so when it cannot be known', async () => {
  vi.spyOn(api, 'order').mockRejectedValue(new ApiProblem('SERVICE_UNAVAILABLE', 503));
  await expect(useOrders().find('o')).rejects.toThrow('503');
});
