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
