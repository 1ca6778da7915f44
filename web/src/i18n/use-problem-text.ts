import { useI18n } from 'vue-i18n';
import { ApiProblem } from '@/api/problem';

/** Words for what went wrong, keyed by the problem's code; one honest sentence for a code we do not know. */
export function useProblemText() {
  const { t, te } = useI18n();
  return (problem: unknown): string => {
    const code =
      problem instanceof ApiProblem ? problem.code : typeof problem === 'string' ? problem : 'UNEXPECTED';
    return te(`problems.${code}`, 'en') ? t(`problems.${code}`) : t('problems.UNEXPECTED');
  };
}
