import { useI18n } from 'vue-i18n';
import { ApiProblem } from '@/api/problem';
import { hasNetwork } from '@/environment';

/** Words for what went wrong, keyed by the problem's code; one honest sentence for a code we do not know. */
export function useProblemText() {
  const { t, te } = useI18n();
  return (problem: unknown): string => {
    let code =
      problem instanceof ApiProblem ? problem.code : typeof problem === 'string' ? problem : 'UNEXPECTED';
    if (code === 'NETWORK' && !hasNetwork()) code = 'OFFLINE';
    return te(`problems.${code}`, 'en') ? t(`problems.${code}`) : t('problems.UNEXPECTED');
  };
}
