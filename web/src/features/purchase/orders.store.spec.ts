// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Order } from '@/api/types';
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

it('says so when it cannot be known', async () => {
  vi.spyOn(api, 'order').mockRejectedValue(new ApiProblem('SERVICE_UNAVAILABLE', 503));
  await expect(useOrders().find('o')).rejects.toThrow('503');
});
