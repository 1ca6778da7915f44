// @vitest-environment jsdom
import { afterEach, describe, expect, it } from 'vitest';
import { setLocale } from '@/i18n';
import { inSetup } from '../../test/in-setup';
import { regionalTag, useFormat } from './use-format';

describe('regionalTag', () => {
  it.each([
    ['en', ['zh-TW', 'en-GB', 'en'], 'en-GB'],
    ['en', ['de-DE'], 'en'],
    ['zh-TW', ['en-US', 'zh-HK'], 'zh-HK'],
  ])('in %s for a reader of %s is %s', (locale, preferred, tag) => {
    expect(regionalTag(locale, preferred)).toBe(tag);
  });
});

it.each([
  [new Date().getFullYear(), false],
  [new Date().getFullYear() + 1, true],
])('a day of %i names its year: %s', async (year, isNamed) => {
  const { dayTime } = await inSetup('en', useFormat);
  expect(dayTime(new Date(year, 5, 15, 12).getTime()).includes(String(year))).toBe(isNamed);
});

describe('a time of day', () => {
  afterEach(() => setLocale('en'));
  const four = new Date(2026, 10, 21, 4, 0, 5).getTime();

  it('has one name in Chinese, whatever stands beside it', async () => {
    const { dateTime, exactTime, dayTime, time, shortTime } = await inSetup('zh-TW', useFormat);
    for (const format of [dateTime, exactTime, dayTime, time, shortTime])
      expect(format(four)).toContain('上午4:00');
  });

  it('is to the second where several things happen within a minute', async () => {
    const { dateTime, exactTime } = await inSetup('en', useFormat);
    expect(exactTime(four).replace(/\s/g, ' ')).toBe('Nov 21, 2026, 4:00:05 AM');
    expect(dateTime(four).replace(/\s/g, ' ')).toBe('Nov 21, 2026, 4:00 AM');
  });
});

describe('an amount of money', () => {
  it.each([
    ['IDR', 15_000_050, 'IDR 150,000.50'],
    ['HUF', 12_345, 'HUF 123.45'],
    ['COP', 1_234_500, 'COP 12,345'],
    ['PKR', 12_345, 'PKR 123.45'],
    ['RSD', 12_345, 'RSD 123.45'],
    ['KWD', 1_299, 'KWD 1.299'],
    ['JPY', 12_900, '¥12,900'],
    ['USD', 12_900, '$129'],
    ['USD', 12_950, '$129.50'],
  ])('in %s has the decimals of ISO 4217, whatever the browser thinks', async (currency, amount, text) => {
    const { money } = await inSetup('en', useFormat);
    expect(money({ amount, currency }).replace(/\s/g, ' ')).toBe(text);
  });
});
