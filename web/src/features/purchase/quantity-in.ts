import type { LocationQueryValue } from 'vue-router';

/** The most that any item lets one take in one go. */
export const MOST_AT_ONCE = 10;

/** How many an address asks for: anybody may have written it, so it is one unless it makes sense. */
export function quantityIn(
  asked: LocationQueryValue | LocationQueryValue[] | undefined,
  most: number,
): number {
  const quantity = typeof asked === 'string' && /^[1-9]\d?$/.test(asked) ? Number(asked) : 1;
  return Math.min(quantity, most);
}
