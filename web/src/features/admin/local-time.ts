import { dateFormat, timeZone } from '@/environment';

export interface LocalTime {
  /** The instant meant, in RFC 3339 UTC. */
  instant: string;
  /**
   * On a day of the clock change: the time does not exist (the one after the change is meant), or comes twice (the
   * first is).
   */
  oddity?: 'skipped' | 'twice';
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A zone's wall time at an instant, as if it were UTC, in whole seconds. */
function wallTime(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = dateFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

const offsetAt = (at: number, zone: string) => wallTime(at, zone) - Math.floor(at / 1000) * 1000;

/** What a datetime-local field shows for an instant: to the minute, or to the second where it has some. */
export function toLocalField(instant: string | number, zone = timeZone()): string {
  const text = new Date(wallTime(new Date(instant).getTime(), zone)).toISOString();
  return text.slice(17, 19) === '00' ? text.slice(0, 16) : text.slice(0, 19);
}

/** The instant that a datetime-local field means in a time zone; undefined for what is no time. */
export function fromLocalField(text: string, zone = timeZone()): LocalTime | undefined {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : NaN;
  if (Number.isNaN(wall)) return undefined;
  // Zones change their offset at most once within two days: one of these two is right, on the day of a
  // change perhaps both or neither.
  const [before, after] = [offsetAt(wall - DAY_MS, zone), offsetAt(wall + DAY_MS, zone)];
  const fitting = [...new Set([before, after])].filter((offset) => offsetAt(wall - offset, zone) === offset);
  const instants = fitting.map((offset) => wall - offset);
  const iso = (at: number) => new Date(at).toISOString();
  if (instants.length === 0) return { instant: iso(wall - before), oddity: 'skipped' };
  const instant = iso(Math.min(...instants));
  return instants.length > 1 ? { instant, oddity: 'twice' } : { instant };
}
