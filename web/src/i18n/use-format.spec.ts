import { describe, expect, it } from 'vitest';
import { regionalTag } from './use-format';

describe('regionalTag', () => {
  it.each([
    ['en', ['zh-TW', 'en-GB', 'en'], 'en-GB'],
    ['en', ['de-DE'], 'en'],
    ['zh-TW', ['en-US', 'zh-HK'], 'zh-HK'],
  ])('in %s for a reader of %s is %s', (locale, preferred, tag) => {
    expect(regionalTag(locale, preferred)).toBe(tag);
  });
});
