import type { CreateEventRequest } from './dto/create-event.request.js';
import { eventErrors } from './events.errors.js';

const DAY_MS = 86_400_000;
const MAX_SPAN_MS = 366 * DAY_MS;
const MAX_AHEAD_MS = 5 * 366 * DAY_MS;

/**
 * The rules between an event's fields, at the database's time `now`; each field alone was validated before.
 * @throws EVENT_ENDS_BEFORE_START, EVENT_ENDS_IN_PAST, EVENT_TOO_LONG, EVENT_TOO_FAR_AHEAD, DUPLICATE_ITEM,
 * MIXED_CURRENCIES, EVENT_TOO_VALUABLE, each naming the field
 */
export function assertConsistent(input: CreateEventRequest, now: Date): void {
  const start = Date.parse(input.startsAt);
  const end = Date.parse(input.endsAt);
  const refuse = (code: keyof typeof eventErrors, field: string, message: string) =>
    eventErrors[code]({ errors: [{ field, message: `${field} ${message}` }] });

  if (end <= start) throw refuse('EVENT_ENDS_BEFORE_START', 'endsAt', 'must be after startsAt');
  if (end <= now.getTime())
    throw refuse('EVENT_ENDS_IN_PAST', 'endsAt', `must be after the server's time, ${now.toISOString()}`);
  if (end - start > MAX_SPAN_MS)
    throw refuse('EVENT_TOO_LONG', 'endsAt', 'must be at most 366 days after startsAt');
  if (start - now.getTime() > MAX_AHEAD_MS)
    throw refuse('EVENT_TOO_FAR_AHEAD', 'startsAt', 'must be within the next five years');

  let worth = 0;
  const firstIndexes = new Map<string, number>();
  const currency = input.items[0]?.price.currency;
  input.items.forEach((item, index) => {
    const firstIndex = firstIndexes.get(item.itemId);
    if (firstIndex !== undefined)
      throw refuse('DUPLICATE_ITEM', `items.${index}.itemId`, `repeats items.${firstIndex}.itemId`);
    firstIndexes.set(item.itemId, index);
    if (item.price.currency !== currency)
      throw refuse('MIXED_CURRENCIES', `items.${index}.price.currency`, `must be ${currency} as in items.0`);
    worth += item.price.amount * item.stock;
    // JSON numbers, and with them every sum of revenue, are exact up to here.
    if (worth > Number.MAX_SAFE_INTEGER)
      throw refuse(
        'EVENT_TOO_VALUABLE',
        `items.${index}.stock`,
        'makes all units cost more than can be summed',
      );
  });
}
