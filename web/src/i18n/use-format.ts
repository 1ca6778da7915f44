import { exponentOf } from '@currencies';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Money } from '@/api/types';
import { dateFormat, numberFormat, preferredLanguages } from '@/environment';

/** The reader's own kind of the language that the shop is in, such as en-GB, where the browser names one. */
export function regionalTag(locale: string, preferred: readonly string[]): string {
  const language = (tag: string) => tag.split('-', 1)[0];
  return preferred.find((tag) => language(tag) === language(locale)) ?? locale;
}

/**
 * Times of day are spelt out by their parts and never by `timeStyle`: in Chinese, that says 凌晨4:00 for what the
 * parts call 上午4:00, and one time would have two names.
 */
const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' };
const MINUTE: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
const WEEKDAY: Intl.DateTimeFormatOptions = { weekday: 'short', month: 'short', day: 'numeric', ...MINUTE };
const SECOND: Intl.DateTimeFormatOptions = { ...MINUTE, second: '2-digit' };

/** Dates, money and numbers as the reader's language and region write them. */
export function useFormat() {
  const { locale } = useI18n();
  const tag = computed(() => regionalTag(locale.value, preferredLanguages()));
  const format = (options: Intl.DateTimeFormatOptions) => (iso: string | number) => {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? '–' : dateFormat(tag.value, options).format(date);
  };
  const inUnit = (unit: string, count: number) =>
    numberFormat(tag.value, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  return {
    money: ({ amount, currency }: Money) => {
      // The exponent is the contract's: left to itself, each browser has its own for IDR, HUF and others.
      const digits = exponentOf(currency);
      return numberFormat(tag.value, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        trailingZeroDisplay: 'stripIfInteger',
      } as Intl.NumberFormatOptions).format(amount / 10 ** digits);
    },
    number: (value: number, options: Intl.NumberFormatOptions = {}) =>
      numberFormat(tag.value, options).format(value),
    seconds: (count: number) => inUnit('second', count),
    /** In the largest unit that says it whole: 300 is "5 minutes", 90 is "90 seconds". */
    span: (seconds: number) => {
      const larger = Object.entries({ hour: 3_600, minute: 60 });
      const [unit, size] = larger.find(([, size]) => seconds % size === 0) ?? ['second', 1];
      return inUnit(unit, seconds / size);
    },
    percent: (share: number) =>
      numberFormat(tag.value, { style: 'percent', maximumFractionDigits: 0 }).format(share),
    dateTime: format({ ...DAY, ...MINUTE }),
    /** To the second, where several things happen within a minute. */
    exactTime: format({ ...DAY, ...SECOND }),
    /** With its year only where that is not this one. */
    dayTime: (iso: string | number) =>
      new Date(iso).getFullYear() === new Date().getFullYear()
        ? format(WEEKDAY)(iso)
        : format({ ...WEEKDAY, year: 'numeric' })(iso),
    /** With the name of the zone, for a title that is read on a closer look. */
    zonedTime: format({ ...DAY, ...MINUTE, timeZoneName: 'short' }),
    date: format(DAY),
    time: format(SECOND),
    shortTime: format(MINUTE),
  };
}
