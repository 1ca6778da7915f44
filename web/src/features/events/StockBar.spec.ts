// @vitest-environment jsdom
import { render, screen } from '@testing-library/vue';
import { expect, it } from 'vitest';
import { i18n } from '@/i18n';
import StockBar from './StockBar.vue';

const show = (props: { total: number; remaining: number; held?: number }) =>
  render(StockBar, { props, global: { plugins: [i18n] } });

it.each([
  [{ total: 10, remaining: 4 }, '4 of 10 left'],
  [{ total: 10, remaining: 4, held: 2 }, '4 of 10 left, 2 held and may return'],
  [{ total: 10, remaining: 0, held: 3 }, '3 held and may return'],
  [{ total: 10, remaining: 0 }, 'All sold'],
  [{ total: 10, remaining: 9, held: 5 }, '9 of 10 left, 1 held and may return'],
])('says of %j: %s', (props, words) => {
  show(props);
  expect(screen.getByText(words)).toBeInTheDocument();
});
