// @vitest-environment jsdom
import { afterEach, expect, it } from 'vitest';
import { setLocale } from '@/i18n';
import { inSetup } from '../../../test/in-setup';
import { useElapsed } from './use-elapsed';

afterEach(() => setLocale('en'));

it.each([
  [133_000, '2 min 13 s', '2 分鐘 13 秒'],
  [13_000, '13 s', '13 秒'],
  [0, '0 s', '0 秒'],
  [3_600_000, '1 h', '1 小時'],
  [86_400_000 + 6 * 3_600_000 + 5_000, '1 day 6 h', '1 天 6 小時'],
  [3 * 86_400_000, '3 days', '3 天'],
])('says a lead of %d ms in units, not as a time of day', async (milliseconds, english, chinese) => {
  expect((await inSetup('en', useElapsed)).lead(milliseconds)).toBe(english);
  expect((await inSetup('zh-TW', useElapsed)).lead(milliseconds)).toBe(chinese);
});

it.each([
  [41, undefined, '41 s', '41 秒'],
  [1.5, undefined, '1.5 s', '1.5 秒'],
  [11, 0.5, '11.0 s', '11.0 秒'],
  [86_400, undefined, '1 day', '1 天'],
])(
  'says that %d seconds have passed, in steps of %s s, in the unit of the language',
  async (seconds, step, english, chinese) => {
    expect((await inSetup('en', useElapsed)).elapsed(seconds, step)).toBe(english);
    expect((await inSetup('zh-TW', useElapsed)).elapsed(seconds, step)).toBe(chinese);
  },
);
