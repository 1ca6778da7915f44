import type { AppError } from '../platform/errors/index.js';
import { Money } from '../platform/values/index.js';
import type { CreateEventRequest, EventItemRequest } from './dto/create-event.request.js';
import { assertConsistent } from './event-rules.js';

const NOW = new Date('2026-11-27T10:00:00Z');
const item = (itemId: string, currency = 'USD'): EventItemRequest => ({
  itemId,
  price: Money.of(100, currency),
  stock: 1,
});

function refusal(input: Partial<CreateEventRequest>): [code: string, field?: string] | undefined {
  const event = {
    title: 'Drop',
    startsAt: '2026-11-27T11:00:00Z',
    endsAt: '2026-11-27T12:00:00Z',
    items: [item('a')],
    ...input,
  };
  try {
    assertConsistent(event, NOW);
    return undefined;
  } catch (error) {
    const { code, details } = error as AppError;
    return [code, details.errors?.[0]?.field];
  }
}

describe('the rules between the fields of an event', () => {
  it('let a sound one pass, also one that has started', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ startsAt: '2026-11-27T09:00:00Z' })).toBeUndefined();
    expect(refusal({ items: [item('a'), item('b')] })).toBeUndefined();
    const dearest = { itemId: 'a', price: Money.of(100_000_000_000, 'USD'), stock: 90_071 };
    expect(refusal({ items: [dearest] })).toBeUndefined();
  });

  it.each<[string, Partial<CreateEventRequest>, string]>([
    ['EVENT_ENDS_BEFORE_START', { endsAt: '2026-11-27T10:30:00Z' }, 'endsAt'],
    ['EVENT_ENDS_BEFORE_START', { endsAt: '2026-11-27T11:00:00Z' }, 'endsAt'],
    ['EVENT_ENDS_BEFORE_START', { startsAt: '2026-11-27T11:00:00-03:00' }, 'endsAt'],
    ['EVENT_ENDS_IN_PAST', { startsAt: '2026-11-27T09:00:00Z', endsAt: '2026-11-27T10:00:00Z' }, 'endsAt'],
    ['EVENT_TOO_LONG', { endsAt: '2027-12-01T00:00:00Z' }, 'endsAt'],
    ['EVENT_TOO_FAR_AHEAD', { startsAt: '2062-11-27T10:00:00Z', endsAt: '2062-11-27T11:00:00Z' }, 'startsAt'],
    ['DUPLICATE_ITEM', { items: [item('a'), item('b'), item('a')] }, 'items.2.itemId'],
    ['MIXED_CURRENCIES', { items: [item('a'), item('b', 'EUR')] }, 'items.1.price.currency'],
    [
      'EVENT_TOO_VALUABLE',
      { items: [item('a'), { itemId: 'b', price: Money.of(100_000_000_000, 'USD'), stock: 90_072 }] },
      'items.1.stock',
    ],
  ])('answer %s, naming the field', (code, input, field) => expect(refusal(input)).toEqual([code, field]));
});
