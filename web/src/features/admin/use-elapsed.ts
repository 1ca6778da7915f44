import { useI18n } from 'vue-i18n';
import { partsOf } from '@/features/time/duration';
import { useFormat } from '@/i18n/use-format';
import { elapsedText, type TimeUnit, type UnitWords } from './elapsed';

/** Lengths of time in the reader's language. */
export function useElapsed() {
  const { t } = useI18n();
  const { number } = useFormat();
  const unit: UnitWords = (name, count, minimumFractionDigits = 0) =>
    t(`admin.interval_${name}`, { n: number(count, { minimumFractionDigits }) }, count);
  return {
    unit,
    /** What `elapsedText` says. */
    elapsed: (seconds: number, step?: number) => elapsedText(seconds, unit, step),
    /** In its two largest units, so that nobody takes it for a time of day: `2 min 13 s`, `1 day 6 h`. */
    lead(milliseconds: number): string {
      const { days, hours, minutes, seconds } = partsOf(milliseconds);
      const parts: [TimeUnit, number][] = [
        ['d', days],
        ['h', hours],
        ['m', minutes],
        ['s', seconds],
      ];
      const told = parts.filter(([, count]) => count > 0).slice(0, 2);
      return told.length > 0 ? told.map(([name, count]) => unit(name, count)).join(' ') : unit('s', 0);
    },
  };
}
