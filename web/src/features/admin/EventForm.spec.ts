// @vitest-environment jsdom
import { render, screen, waitFor } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import { i18n } from '@/i18n';
import EventForm from './EventForm.vue';

async function show() {
  const props = { label: 'Create drop', send: () => Promise.resolve() };
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
    [420, '7 minutes if left empty.'],
    [90, '90 seconds if left empty.'],
    [3_600, '1 hour if left empty.'],
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
