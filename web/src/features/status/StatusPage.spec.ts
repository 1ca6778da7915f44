// @vitest-environment jsdom
import ui from '@nuxt/ui/vue-plugin';
import { render, screen } from '@testing-library/vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { api } from '@/api/client';
import { i18n } from '@/i18n';
import StatusPage from './StatusPage.vue';

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => vi.useRealTimers());

it('says how each service is, looks again, and says so when there is no answer', async () => {
  const ask = vi.spyOn(api, 'status').mockResolvedValue({
    status: 'degraded',
    services: {
      postgres: { status: 'ok', responseTimeMs: 1 },
      mongo: { status: 'down', responseTimeMs: null },
      pigeons: { status: 'ok', responseTimeMs: 12 },
    },
  });
  const page = { template: '<div />' };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: page }] });
  const { unmount } = render(StatusPage, { global: { plugins: [i18n, router, ui] } });

  expect(await screen.findByText('The shop sells, but something else does not work')).toBeVisible();
  const rows = screen.getAllByRole('listitem').map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
  expect(rows).toEqual([
    'Drops, orders and accounts1 msWorks',
    'Ratings and discussionsDoes not work',
    'pigeons12 msWorks',
  ]);

  ask.mockRejectedValue(new Error('gone'));
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await screen.findByText('The shop does not answer')).toBeVisible();
  expect(screen.queryAllByRole('listitem')).toEqual([]);

  unmount();
  ask.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).not.toHaveBeenCalled();
}, 20_000);
