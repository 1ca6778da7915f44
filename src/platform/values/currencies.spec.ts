import { CURRENCIES, exponentOf, isCurrency, toMajorUnits } from './currencies.js';

describe('the table of currencies', () => {
  it('has each code once', () => {
    expect(new Set(CURRENCIES).size).toBe(CURRENCIES.length);
    expect(CURRENCIES.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });

  // Intl disagrees with ISO 4217 about the first six, and with itself from one version of ICU to the next.
  it.each([
    ['IDR', 15_000_000, '150000.00'],
    ['HUF', 12_345, '123.45'],
    ['COP', 12_345, '123.45'],
    ['PKR', 12_345, '123.45'],
    ['RSD', 12_345, '123.45'],
    ['IQD', 12_345, '12.345'],
    ['USD', 12_900, '129.00'],
    ['USD', 7, '0.07'],
    ['JPY', 12_900, '12900'],
    ['KWD', 12_900, '12.900'],
    ['KWD', 5, '0.005'],
    ['USD', 123_456_789_012_345_678n, '1234567890123456.78'],
  ])('%s: %s minor units are %s', (currency, minor, text) => {
    expect(toMajorUnits(minor, currency)).toBe(text);
  });

  it('knows neither metals nor test codes nor currencies that are gone', () => {
    for (const code of ['XAU', 'XTS', 'XXX', 'HRK', 'BGN', 'ANG', 'usd', '', undefined])
      expect(isCurrency(code)).toBe(false);
  });

  it('still writes an amount in a currency that has left the table', () => {
    expect(exponentOf('HRK')).toBe(2);
  });
});
