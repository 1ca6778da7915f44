// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { render, screen } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Review, User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { i18n } from '@/i18n';
import OwnRating from './OwnRating.vue';

const earlier = { rating: 2, text: 'Bright', updatedAt: '2026-03-04T12:00:00Z' } as Review;

beforeEach(() => {
  setActivePinia(createPinia());
  useSession().user = { id: 'ada' } as User;
  vi.spyOn(api, 'mayRate').mockResolvedValue(true);
  vi.spyOn(api, 'ownReview').mockResolvedValue(undefined);
  vi.spyOn(api, 'rate').mockImplementation((_item, said) =>
    Promise.resolve({ ...said, updatedAt: '2026-05-06T12:00:00Z' } as Review),
  );
});
afterEach(() => vi.restoreAllMocks());

async function show() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ name: 'login', path: '/', component: { template: '<div />' } }],
  });
  await router.push('/');
  render(OwnRating, {
    props: { itemId: 'lamp', name: 'Lamp' },
    global: { plugins: [i18n, router, ui] },
  });
}
const saveButton = () => screen.findByRole('button', { name: 'Save rating' });
const star = (name: string) => screen.getByRole('radio', { name });
const words = () => screen.getByLabelText('In words (optional)');

it('starts empty for a first rating, and says from then on that it stands', async () => {
  await show();
  const user = userEvent.setup();
  await saveButton();
  expect(words()).toHaveValue('');
  expect(screen.queryByText(/^Your rating of/)).not.toBeInTheDocument();
  await user.click(star('4 stars'));
  await user.click(await saveButton());
  expect(api.rate).toHaveBeenCalledWith('lamp', { rating: 4 }, expect.any(String));
  await screen.findByText('Your rating of May 6, 2026. What you save here replaces it.');
});

it('starts from the earlier rating, so that changing the stars keeps the words', async () => {
  vi.mocked(api.ownReview).mockResolvedValue(earlier);
  await show();
  const user = userEvent.setup();
  await screen.findByText('Your rating of Mar 4, 2026. What you save here replaces it.');
  expect(star('2 stars')).toBeChecked();
  expect(words()).toHaveValue('Bright');
  await user.click(star('5 stars'));
  await user.click(await saveButton());
  expect(api.rate).toHaveBeenCalledWith('lamp', { rating: 5, text: 'Bright' }, expect.any(String));
  await screen.findByText('Your rating is saved.');
  await user.type(words(), '!');
  expect(screen.queryByText('Your rating is saved.')).not.toBeInTheDocument();
});

it.each([
  ['the own rating', 'ownReview', 'REVIEWS_UNAVAILABLE', 'Buying works as usual'],
  ['whether one may rate', 'mayRate', 'NETWORK', 'cannot be reached'],
] as const)('offers no form while %s cannot be read, and tries again', async (_what, call, code, reason) => {
  vi.spyOn(api, call).mockRejectedValueOnce(new ApiProblem(code, 503));
  await show();
  await screen.findByText('Your own rating could not be read');
  expect(screen.getByRole('alert')).toHaveTextContent(reason);
  expect(screen.queryByRole('button', { name: 'Save rating' })).not.toBeInTheDocument();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Try again' }));
  await saveButton();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

it('asks only buyers what they said', async () => {
  vi.mocked(api.mayRate).mockResolvedValue(false);
  await show();
  await screen.findByText('Only buyers can rate');
  expect(api.ownReview).not.toHaveBeenCalled();
});
