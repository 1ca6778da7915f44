import { describe, expect, it } from 'vitest';
import { MAX_PRICE_MINOR, parsePrice, priceText } from './money-entry';

describe('a price as it is typed', () => {
  it.each([
    ['129', 'USD', 12_900],
    ['129.9', 'USD', 12_990],
    ['129,90', 'EUR', 12_990],
    ['0.07', 'USD', 7],
    ['0', 'USD', 0],
    [' 4.35 ', 'USD', 435],
    ['1.15', 'USD', 115],
    ['12900', 'JPY', 12_900],
    ['12.9', 'KWD', 12_900],
    ['12.905', 'KWD', 12_905],
    ['1000000000', 'USD', MAX_PRICE_MINOR],
  ])('%s %s is %i minor units', (text, currency, minor) => {
    expect(parsePrice(text, currency)).toBe(minor);
  });

  it.each([
    ['12.5', 'JPY'],
    ['12.345', 'USD'],
    ['12.3456', 'KWD'],
    ['-1', 'USD'],
    ['1e3', 'USD'],
    ['1,000.00', 'USD'],
    ['', 'USD'],
    ['.5', 'USD'],
    ['twelve', 'USD'],
    ['1000000000.01', 'USD'],
  ])('%j is no price in %s', (text, currency) => {
    expect(parsePrice(text, currency)).toBeUndefined();
  });

  it.each([
    [0, 'USD', '0.00'],
    [7, 'USD', '0.07'],
    [12_900, 'USD', '129.00'],
    [12_900, 'JPY', '12900'],
    [5, 'KWD', '0.005'],
    [MAX_PRICE_MINOR, 'USD', '1000000000.00'],
  ])('%i minor units of %s are written %s, and read back', (amount, currency, text) => {
    expect(priceText({ amount, currency })).toBe(text);
    expect(parsePrice(text, currency)).toBe(amount);
  });
});
