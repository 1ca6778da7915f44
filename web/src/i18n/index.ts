import { createI18n } from 'vue-i18n';
import { localStore, preferredLanguages } from '@/environment';
import en from './en.json';

export const locales = ['en', 'zh-TW'] as const;
export type AppLocale = (typeof locales)[number];

const KEY = 'swiftdrop.locale';

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en } as Record<AppLocale, typeof en>,
  missingWarn: false,
  fallbackWarn: false,
});

function preferred(): AppLocale {
  const stored = localStore.getItem(KEY);
  if (stored === 'en' || stored === 'zh-TW') return stored;
  const languages = preferredLanguages();
  return languages.some((language) => /^zh\b/i.test(language)) && !/^en\b/i.test(languages[0] ?? '')
    ? 'zh-TW'
    : 'en';
}

export async function setLocale(locale: AppLocale): Promise<void> {
  if (!i18n.global.availableLocales.includes(locale)) {
    const messages = await import('./zh-TW.json');
    i18n.global.setLocaleMessage(locale, messages.default as unknown as typeof en);
  }
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  localStore.setItem(KEY, locale);
}

/** The words of the other language are a file of their own; should it not come, the shop speaks English. */
export const useStoredLocale = () => setLocale(preferred()).catch(() => setLocale('en'));
