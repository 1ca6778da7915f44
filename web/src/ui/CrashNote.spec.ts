// @vitest-environment jsdom
import ui from '@nuxt/ui/vue-plugin';
import { render, screen } from '@testing-library/vue';
import userEvent from '@testing-library/user-event';
import { createApp, defineComponent } from 'vue';
import { afterEach, expect, it } from 'vitest';
import { i18n } from '@/i18n';
import { crash, showFailedStart, watchCrashes } from './crash';
import CrashNote from './CrashNote.vue';

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  crash.value = undefined;
});

const show = () => render(CrashNote, { global: { plugins: [i18n, ui] } });
const watchApp = () => (stop = watchCrashes(createApp(defineComponent({ render: () => null }))));

it('says so when something breaks that nobody caught, until it is closed', async () => {
  watchApp();
  show();
  expect(screen.queryByRole('alert')).toBeNull();
  dispatchEvent(
    new ErrorEvent('error', { error: new TypeError('broken'), filename: `${location.origin}/a.js` }),
  );
  await screen.findByRole('alert');
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

it.each([
  ['an extension', { error: new TypeError('theirs'), filename: 'chrome-extension://x/content.js' }],
  ['a measurement that was put off', { message: 'ResizeObserver loop', filename: `${location.origin}/a.js` }],
])('is silent about %s', (_, event) => {
  watchApp();
  dispatchEvent(new ErrorEvent('error', event));
  expect(crash.value).toBeUndefined();
});

it('says that the shop did not start without any part of it', () => {
  const root = document.createElement('div');
  document.body.append(root);
  showFailedStart(root);
  expect(screen.getAllByRole('alert').map(({ lang }) => lang)).toEqual(['en', 'zh-TW']);
  expect(screen.getByRole('button', { name: 'Load again' })).toBeInTheDocument();
  root.remove();
});
