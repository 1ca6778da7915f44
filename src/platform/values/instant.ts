import { ValidateBy } from 'class-validator';

/** RFC 3339 with a zone: date, `T`, time, and `Z` or an offset that PostgreSQL knows too. */
const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/** Is it an RFC 3339 instant of a day that exists? What passes is safe to hand to PostgreSQL. */
export function isInstant(value: unknown): value is string {
  const [, year, month, day] = (typeof value === 'string' && INSTANT.exec(value)) || [];
  if (!Number(year)) return false;
  const midnight = new Date(`${year}-${month}-01T00:00:00Z`);
  midnight.setUTCDate(Number(day));
  return midnight.getUTCDate() === Number(day) && midnight.getUTCMonth() + 1 === Number(month);
}

/** An RFC 3339 instant with a zone, such as `2026-11-27T10:00:00Z`. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: isInstant,
      defaultMessage: () => '$property must be an RFC 3339 time with a zone, such as 2026-11-27T10:00:00Z',
    },
  });
}
