export type TimeUnit = 'd' | 'h' | 'm' | 's';
/** Writes a number with its unit, in the reader's language. */
export type UnitWords = (unit: TimeUnit, count: number, fractionDigits?: number) => string;

const two = (value: number) => String(value).padStart(2, '0');

/**
 * Time that has passed, as short as it can be said: `0.5 s`, `45 s`, `12:30`, `1:05:00`, `2 days`, `2 days 6:00`.
 * In a row of times that are `step` seconds apart, no two read alike: then all have tenths, or none.
 */
export function elapsedText(seconds: number, unit: UnitWords, step?: number): string {
  const sign = seconds < 0 ? '-' : '';
  const tenths = Math.round(Math.abs(seconds) * 10);
  const withTenths = step === undefined ? tenths < 100 && tenths % 10 > 0 : step % 1 > 0;
  const told = withTenths ? tenths / 10 : Math.round(tenths / 10);
  if (told < 60) return sign + unit('s', told, withTenths ? 1 : 0);
  const total = Math.floor(told);
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  if (days > 0) return `${sign}${unit('d', days)}${hours + minutes > 0 ? ` ${hours}:${two(minutes)}` : ''}`;
  const rest = two(total % 60) + (withTenths ? `.${tenths % 10}` : '');
  return sign + (hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`);
}
