// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
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
  vi.spyOn(api, 'ordersInEvent').mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const asked = orders.loadOfEvent('event');
  session.user = { id: 'bob' } as User;
  answer({ data: [{ ...order, eventTitle: 'Drop' }], nextCursor: null });
  await asked;
  expect([...orders.byId.keys()]).toEqual([]);
});

it('says so when it cannot be known', async () => {
  vi.spyOn(api, 'order').mockRejectedValue(new ApiProblem('SERVICE_UNAVAILABLE', 503));
  await expect(useOrders().find('o')).rejects.toThrow('503');
});
