import { useI18n } from 'vue-i18n';
import { useFormat } from '@/i18n/use-format';

/** What it means that a drop opens, whatever opens it: for the question that is asked before. */
export function useOpening() {
  const { t } = useI18n();
  const { dateTime, number } = useFormat();
  return (units: number, endsAt: string): string[] => [
    t('admin.openUnits', { n: number(units) }, units),
    t('admin.openEnds', { time: dateTime(endsAt) }),
    t('admin.openForGood'),
  ];
}
