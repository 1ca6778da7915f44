// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { dateFormat, numberFormat } from './formats';
import { preferredLanguages, validTag } from './languages';
import { repairLanguages } from './repair';
import { SafeStorage } from './storage';
import { exclusively, openChannel } from './tabs';

describe('languages', () => {
  it.each([
    ['en-US@posix', 'en-US'],
    ['zh_TW.UTF-8', 'zh-TW'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['ar', 'ar'],
    ['', undefined],
    ['C', undefined],
    [undefined, undefined],
    [null, undefined],
  ])('take %j for %j', (tag, valid) => expect(validTag(tag)).toBe(valid));

  it('are never none', () => {
    expect(preferredLanguages({})).toEqual(['en']);
    expect(preferredLanguages({ language: '', languages: [] })).toEqual(['en']);
    expect(preferredLanguages({ language: 'C', languages: ['de_AT', 'C'] })).toEqual(['de-AT']);
  });

  it('are mended for parts that are not ours, and left alone where they are good', () => {
    const odd = { language: 'en-US@posix', languages: ['en-US@posix', 'C'] };
    repairLanguages(odd);
    expect(odd).toEqual({ language: 'en-US', languages: ['en-US'] });
    const good = Object.freeze({ language: 'ar', languages: ['ar', 'C'] });
    repairLanguages(good);
    expect(good.languages).toEqual(['ar', 'C']);
  });
});

describe('formats', () => {
  it('are made of what the browser has', () => {
    expect(numberFormat('en-US@posix', { maximumFractionDigits: 0 }).format(1234.5)).toMatch(/^1,23[45]$/);
    expect(numberFormat('en', { style: 'currency', currency: 'not one' }).format(12)).toBe('12');
    const noon = Date.UTC(2026, 0, 1, 12);
    expect(dateFormat('en-US@posix', { timeZone: 'Etc/Unknown', hour: 'numeric' }).format(noon)).toContain(
      '12',
    );
  });
});

describe('a storage', () => {
  const broken = {
    forbidden: () => {
      throw new DOMException('denied', 'SecurityError');
    },
    absent: () => null,
    full: () =>
      ({
        getItem: (key: string) => (key === 'old' ? 'from before' : null),
        setItem: () => {
          throw new DOMException('full', 'QuotaExceededError');
        },
        removeItem: () => undefined,
      }) as unknown as Storage,
  };

  it.each(Object.entries(broken))('that is %s keeps things as long as the page', (_, browsers) => {
    const storage = new SafeStorage(browsers);
    expect(storage.isLasting()).toBe(false);
    expect(storage.getItem('key')).toBeNull();
    storage.setItem('key', 'value');
    storage.setItem('old', 'newer');
    expect([storage.getItem('key'), storage.getItem('old')]).toEqual(['value', 'newer']);
    expect(storage.keys()).toEqual(expect.arrayContaining(['key', 'old']));
    storage.removeItem('key');
    expect(storage.getItem('key')).toBeNull();
  });

  it('that works is used', () => {
    const storage = new SafeStorage(() => sessionStorage);
    storage.setItem('key', 'value');
    expect(sessionStorage.getItem('key')).toBe('value');
    expect(storage.isLasting()).toBe(true);
    expect(storage.keys()).toEqual(['key']);
    storage.removeItem('key');
    expect(sessionStorage.getItem('key')).toBeNull();
  });
});

describe('other tabs', () => {
  it('are done without where the browser has no locks and no channel', async () => {
    // jsdom has neither.
    expect('locks' in navigator).toBe(false);
    expect(await exclusively('work', () => Promise.resolve(1))).toBe(1);
    await expect(exclusively('work', () => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    expect(() => openChannel('name', () => undefined)('message')).not.toThrow();
  });
});
