// @vitest-environment jsdom
import { render } from '@testing-library/vue';
import { afterEach, expect, it } from 'vitest';
import { defineComponent } from 'vue';
import { i18n, setLocale, type AppLocale } from '@/i18n';
import { useElapsed } from './use-elapsed';

async function told<Text>(
  locale: AppLocale,
  tell: (words: ReturnType<typeof useElapsed>) => Text,
): Promise<Text> {
  await setLocale(locale);
  let text: Text | undefined;
  const Told = defineComponent({ setup: () => ((text = tell(useElapsed())), () => null) });
  render(Told, { global: { plugins: [i18n] } });
  return text as Text;
}
afterEach(() => setLocale('en'));

it.each([
  [133_000, '2 min 13 s', '2 分鐘 13 秒'],
  [13_000, '13 s', '13 秒'],
  [0, '0 s', '0 秒'],
  [3_600_000, '1 h', '1 小時'],
  [86_400_000 + 6 * 3_600_000 + 5_000, '1 day 6 h', '1 天 6 小時'],
  [3 * 86_400_000, '3 days', '3 天'],
])('says a lead of %d ms in units, not as a time of day', async (milliseconds, english, chinese) => {
  expect(await told('en', ({ lead }) => lead(milliseconds))).toBe(english);
  expect(await told('zh-TW', ({ lead }) => lead(milliseconds))).toBe(chinese);
});
