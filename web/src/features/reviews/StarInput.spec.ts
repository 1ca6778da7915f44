// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { render, screen } from '@testing-library/vue';
import { expect, it } from 'vitest';
import { i18n } from '@/i18n';
import StarInput from './StarInput.vue';

it('is a group of radio buttons that a keyboard can use', async () => {
  const { emitted } = render(StarInput, { props: { modelValue: 0 }, global: { plugins: [i18n] } });
  const user = userEvent.setup();
  await user.click(screen.getByRole('radio', { name: '3 stars' }));
  expect(emitted()['update:modelValue']?.at(-1)).toEqual([3]);
  expect(screen.getByRole('group', { name: 'Your rating' })).toBeInTheDocument();
});
