import { ref } from 'vue';
import type { ApiProblem } from '@/api/problem';
import { hasNetwork } from '@/environment';

const isOnline = ref(hasNetwork());
for (const sign of ['online', 'offline'] as const)
  addEventListener(sign, () => (isOnline.value = hasNetwork()));

/** Why an answer is missing, as one would tell a person. */
export type Silence = 'offline' | 'unreachable' | 'busy';

/** Follows the line: what began as offline becomes unreachable when the browser has a network again. */
export function silenceOf(problem: ApiProblem): Silence {
  if (!isOnline.value) return 'offline';
  return problem.code === 'NETWORK' ? 'unreachable' : 'busy';
}
