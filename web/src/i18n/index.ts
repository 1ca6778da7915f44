import { createI18n } from 'vue-i18n';
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
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden; the browser's languages decide then.
  }
  if (stored === 'en' || stored === 'zh-TW') return stored;
  return navigator.languages.some((language) => /^zh\b/i.test(language)) &&
    !/^en\b/i.test(navigator.languages[0] ?? '')
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
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // The choice then lasts as long as the page.
  }
}

export const useStoredLocale = () => setLocale(preferred());
