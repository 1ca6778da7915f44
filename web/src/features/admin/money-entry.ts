import { exponentOf, toMajorUnits } from '@currencies';
import type { Money } from '@/api/types';

/** The server's limit, so that a slip of the finger is told at its field. */
export const MAX_PRICE_MINOR = 100_000_000_000;

/**
 * The minor units of a price as somebody typed it, with a point or a comma before the decimals; undefined
 * if it is no price in that currency: `12.5` is 1250 in USD, 12500 in KWD, and no price in JPY. Digits
 * are moved, never multiplied, so no price is a cent off.
 */
export function parsePrice(text: string, currency: string): number | undefined {
  const [, whole = '', decimals = ''] = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  const digits = exponentOf(currency);
  if (whole === '' || decimals.length > digits) return undefined;
  const minor = Number(whole + decimals.padEnd(digits, '0'));
  return minor <= MAX_PRICE_MINOR ? minor : undefined;
}

/** A price as one would type it: `129.00`, `12900` in JPY, `12.900` in KWD. */
export const priceText = ({ amount, currency }: Money): string => toMajorUnits(amount, currency);
