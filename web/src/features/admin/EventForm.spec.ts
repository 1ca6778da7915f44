// @vitest-environment jsdom
import { fireEvent, render, screen, waitFor, within } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { CatalogItem, DropEvent } from '@/api/types';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import EventForm from './EventForm.vue';

async function show(given: { event?: DropEvent; send?: () => Promise<void> } = {}) {
  const props = { label: 'Create drop', send: () => Promise.resolve(), ...given };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/form', component: EventForm, props },
      { name: 'admin-items', path: '/items', component: { template: '<div />' } },
    ],
  });
  await router.push('/form');
  render(RouterView, { global: { plugins: [i18n, router, ui] } });
  return screen.findByLabelText('Seconds a reservation holds');
}

describe('the hold in a drop’s form', () => {
  beforeEach(() => {
    setActivePinia(createPinia());
    vi.spyOn(api, 'items').mockResolvedValue({ data: [], nextCursor: null });
  });

  it.each([
    [420, '420 seconds (7 minutes) if left empty.'],
    [90, '90 seconds if left empty.'],
    [3_600, '3,600 seconds (1 hour) if left empty.'],
  ])('says what the shop makes of an empty field: %d s', async (reservationTtlSeconds, words) => {
    vi.spyOn(api, 'eventDefaults').mockResolvedValue({ reservationTtlSeconds });
    const field = await show();
    await waitFor(() => expect(field).toHaveAccessibleDescription(words));
  });

  it('names no time that it does not know', async () => {
    vi.spyOn(api, 'eventDefaults').mockRejectedValue(new Error('on purpose'));
    expect(await show()).toHaveAccessibleDescription("Empty uses the shop's default.");
  });
});

describe('a start that has passed', () => {
  const HOUR_MS = 3_600_000;
  const at = (offset: number) => new Date(serverClock.now() + offset).toISOString();
  const lamp = { itemId: 'lamp', name: 'Lamp', imageUrl: null, price: { amount: 100, currency: 'USD' } };
  const dropAt = (offset: number) =>
    ({
      ...{ title: 'Lights', description: '', startsAt: at(offset), endsAt: at(2 * HOUR_MS) },
      ...{ reservationTtlSeconds: 90, items: [{ ...lamp, stockTotal: 7, perUserLimit: 1 }] },
    }) as DropEvent;

  beforeEach(() => {
    setActivePinia(createPinia());
    vi.spyOn(api, 'items').mockResolvedValue({ data: [], nextCursor: null });
    vi.spyOn(api, 'eventDefaults').mockResolvedValue({ reservationTtlSeconds: 300 });
  });

  it('opens the drop with the saving, which is asked first', async () => {
    const send = vi.fn(() => Promise.resolve());
    await show({ event: dropAt(-HOUR_MS), send });
    const save = screen.getByRole('button', { name: 'Create drop' });
    await fireEvent.click(save);
    const question = await screen.findByRole('dialog', { name: 'Open “Lights” now?' });
    expect(
      within(question).getByText(/everybody: the start .* has passed/, { selector: 'li' }),
    ).toBeInTheDocument();
    expect(within(question).getByText('7 units are for sale.', { selector: 'li' })).toBeInTheDocument();
    await fireEvent.click(within(question).getByRole('button', { name: 'Cancel' }));
    expect(send).not.toHaveBeenCalled();

    await fireEvent.click(save);
    const again = await screen.findByRole('dialog', { name: 'Open “Lights” now?' });
    await fireEvent.click(within(again).getByRole('button', { name: 'Open now' }));
    await waitFor(() => expect(send).toHaveBeenCalledTimes(1));
  });

  it('is not asked about while it lies ahead', async () => {
    const send = vi.fn(() => Promise.resolve());
    await show({ event: dropAt(HOUR_MS), send });
    await fireEvent.click(screen.getByRole('button', { name: 'Create drop' }));
    await waitFor(() => expect(send).toHaveBeenCalledTimes(1));
  });
});

it('shows under a price what it was read as', async () => {
  setActivePinia(createPinia());
  const lamp = { id: 'lamp', name: 'Lamp', imageUrl: null } as CatalogItem;
  vi.spyOn(api, 'items').mockResolvedValue({ data: [lamp], nextCursor: null });
  vi.spyOn(api, 'eventDefaults').mockResolvedValue({ reservationTtlSeconds: 90 });
  await show({
    event: {
      ...{
        id: 'dinars',
        title: 'Lights',
        description: '',
        startsAt: '2030-01-01T00:00:00Z',
        endsAt: '2030-01-01T01:00:00Z',
      },
      reservationTtlSeconds: 90,
      items: [
        {
          ...{ itemId: 'lamp', name: 'Lamp', imageUrl: null, price: { amount: 1, currency: 'KWD' } },
          ...{ stockTotal: 7, perUserLimit: 1 },
        },
      ],
    } as unknown as DropEvent,
  });
  const field = await screen.findByLabelText(/KWD/);
  await fireEvent.update(field, '1,299');
  await waitFor(() => expect(field).toHaveAccessibleDescription(/= KWD\s1\.299/));
  await fireEvent.update(field, '1,299.5');
  await waitFor(() => expect(field).not.toHaveAccessibleDescription(/=/));
});
