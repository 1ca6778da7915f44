/** The reader's time zone. A browser that does not know it says `Etc/Unknown`, which it does not take itself. */
export function timeZone(): string {
  try {
    const { timeZone: zone } = new Intl.DateTimeFormat().resolvedOptions();
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone ?? 'UTC';
  } catch {
    return 'UTC';
  }
}

/** The first format that can be made: as asked for, else in English, else with the options that always work. */
function firstOf<T>(...makers: (() => T)[]): T {
  for (const make of makers.slice(0, -1))
    try {
      return make();
    } catch {
      // The browser's Intl has no data for that tag or option.
    }
  return (makers.at(-1) as () => T)();
}

export const numberFormat = (tag: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  firstOf(
    () => new Intl.NumberFormat(tag, options),
    () => new Intl.NumberFormat('en', options),
    () => new Intl.NumberFormat('en'),
  );

export const dateFormat = (tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  firstOf(
    () => new Intl.DateTimeFormat(tag, options),
    () => new Intl.DateTimeFormat('en', options),
    () => new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' }),
  );
