/**
 * The currencies in which the shop sells, by their number of decimals: ISO 4217 as of January 2026, without funds,
 * metals and test codes. The table is part of the contract, since clients and servers must agree on what an amount in
 * minor units is worth, and `Intl` differs: it gives IDR, COP and PKR no decimals in one browser and two in the next.
 * The shop and the lab import this file, so it imports nothing.
 */
const CODES_BY_EXPONENT = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
    CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/** All currency codes that a price may have, sorted. */
export const CURRENCIES: readonly string[] = [...exponents.keys()].sort();

/** Tells whether a price may be in this currency; codes are upper case. */
export function isCurrency(code: unknown): code is string {
  return typeof code === 'string' && exponents.has(code);
}

/** Digits after the decimal point: 2 for USD, 0 for JPY, 3 for KWD, and 2 for a code that is no longer in the table. */
export function exponentOf(currency: string): number {
  return exponents.get(currency) ?? 2;
}

/** Writes minor units in major ones, exactly: 12900 is `129.00` in USD, `12900` in JPY and `12.900` in KWD. */
export function toMajorUnits(minor: number | bigint, currency: string): string {
  const digits = exponentOf(currency);
  if (digits === 0) return String(minor);
  const padded = String(minor).padStart(digits + 1, '0');
  return `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}
