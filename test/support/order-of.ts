import type { ClaimAnswer, ClaimedOrder } from '../../src/purchase/index.js';

/** The order that was claimed; a refusal is thrown. */
export async function orderOf(claim: Promise<ClaimAnswer>): Promise<ClaimedOrder> {
  const answer = await claim;
  if ('refusal' in answer) throw answer.refusal;
  return answer;
}
