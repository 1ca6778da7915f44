import type { LocationQueryValue } from 'vue-router';

/** How many an address asks for: anybody may have written it, so it is one unless it makes sense. */
export function quantityIn(
  asked: LocationQueryValue | LocationQueryValue[] | undefined,
  most: number,
): number {
  const quantity = typeof asked === 'string' && /^[1-9]\d?$/.test(asked) ? Number(asked) : 1;
  return Math.min(quantity, most);
}
