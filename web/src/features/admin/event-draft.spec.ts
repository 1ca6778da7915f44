import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/api/problem';
import type { DropEvent } from '@/api/types';
import { i18n } from '@/i18n';
import { draftOf, faultsOf, newDraft, readDraft, type EventDraft } from './event-draft';

const NOW = Date.parse('2026-06-01T12:20:00Z');
const ZONE = 'Europe/Berlin';
const LAMP = '0193a1c2-7d3e-7000-8000-000000000001';

const draft = (overrides: Partial<EventDraft> = {}): EventDraft => ({
  ...newDraft(NOW, ZONE),
  title: ' Northern lights ',
  lines: [{ itemId: LAMP, price: '49,50', stock: '5', limit: '2' }],
  ...overrides,
});
const faults = (overrides: Partial<EventDraft>) => readDraft(draft(overrides), NOW, undefined, ZONE).faults;

const hasWords = (key: string) => i18n.global.te(key as never, 'en');

describe('a drop in the form', () => {
  it('begins at the next full hour of one’s own zone', () => {
    expect(newDraft(NOW, ZONE)).toMatchObject({ startsAt: '2026-06-01T15:00', endsAt: '2026-06-01T16:00' });
    expect(newDraft(NOW, 'Asia/Kolkata').startsAt).toBe('2026-06-01T18:30');
  });

  it('becomes a request in minor units and UTC', () => {
    const { input, faults: none } = readDraft(draft(), NOW, undefined, ZONE);
    expect(none).toEqual({});
    expect(input).toEqual({
      title: 'Northern lights',
      description: '',
      startsAt: '2026-06-01T13:00:00.000Z',
      endsAt: '2026-06-01T14:00:00.000Z',
      items: [{ itemId: LAMP, price: { amount: 4_950, currency: 'USD' }, stock: 5, perUserLimit: 2 }],
    });
  });

  it('keeps what is not touched exact', () => {
    const event = {
      title: 'Lights',
      description: 'Story',
      startsAt: '2026-06-01T13:00:07.250Z',
      endsAt: '2026-06-01T14:00:00.000Z',
      reservationTtlSeconds: 90,
      items: [{ itemId: LAMP, price: { amount: 12_905, currency: 'KWD' }, stockTotal: 3, perUserLimit: 1 }],
    } as DropEvent;
    const form = draftOf(event, ZONE);
    expect(form).toMatchObject({ startsAt: '2026-06-01T15:00:07', ttl: '90', currency: 'KWD' });
    expect(form.lines).toEqual([{ itemId: LAMP, price: '12.905', stock: '3', limit: '1' }]);
    expect(readDraft(form, NOW, event, ZONE)).toMatchObject({
      faults: {},
      input: {
        startsAt: event.startsAt,
        reservationTtlSeconds: 90,
        items: [{ price: event.items[0]?.price }],
      },
    });
  });

  it.each<[string, Partial<EventDraft>, Record<string, string>]>([
    ['no title', { title: '  ' }, { title: 'admin.fault.title' }],
    ['no start', { startsAt: '' }, { startsAt: 'admin.fault.time' }],
    [
      'an end before the start',
      { endsAt: '2026-06-01T15:00' },
      { endsAt: 'problems.EVENT_ENDS_BEFORE_START' },
    ],
    [
      'an end that has passed',
      { startsAt: '2026-06-01T10:00', endsAt: '2026-06-01T11:00' },
      { endsAt: 'problems.EVENT_ENDS_IN_PAST' },
    ],
    ['a hold of four seconds', { ttl: '4' }, { ttl: 'admin.fault.ttl' }],
    ['no items', { lines: [] }, { lines: 'admin.fault.lines' }],
    [
      'decimals in yen, half a unit, no limit',
      { currency: 'JPY', lines: [{ itemId: LAMP, price: '49.5', stock: '0.5', limit: '' }] },
      {
        'lines.0.price': 'admin.fault.price',
        'lines.0.stock': 'admin.fault.stock',
        'lines.0.limit': 'admin.fault.limit',
      },
    ],
    [
      'a limit above the stock',
      { lines: [{ itemId: LAMP, price: '1', stock: '3', limit: '4' }] },
      { 'lines.0.limit': 'admin.fault.limitAboveStock' },
    ],
    [
      'an item twice',
      {
        lines: [
          { itemId: LAMP, price: '1', stock: '1', limit: '1' },
          { itemId: LAMP, price: '1', stock: '1', limit: '1' },
        ],
      },
      { 'lines.1.itemId': 'problems.DUPLICATE_ITEM' },
    ],
  ])('tells of %s at its field', (_, overrides, expected) => {
    const found = faults(overrides);
    expect(found).toEqual(expected);
    for (const key of Object.values(found)) expect(hasWords(key)).toBe(true);
  });
});

describe('a refusal by the server', () => {
  const refusal = (code: string, fields: string[], status = 400) =>
    new ApiProblem(code, status, undefined, undefined, fields);

  it.each<[string, string, string, string]>([
    ['VALIDATION_FAILED', 'items.2.price.amount', 'lines.2.price', 'admin.fault.price'],
    ['VALIDATION_FAILED', 'items.0.perUserLimit', 'lines.0.limit', 'admin.fault.limit'],
    ['VALIDATION_FAILED', 'items.10.stock', 'lines.10.stock', 'admin.fault.stock'],
    ['VALIDATION_FAILED', 'reservationTtlSeconds', 'ttl', 'admin.fault.ttl'],
    ['VALIDATION_FAILED', 'title', 'title', 'admin.fault.title'],
    ['VALIDATION_FAILED', 'description', 'description', 'admin.fault.description'],
    ['VALIDATION_FAILED', 'items.1.price.currency', 'currency', 'admin.fault.currency'],
    ['MIXED_CURRENCIES', 'items.1.price.currency', 'currency', 'problems.MIXED_CURRENCIES'],
    ['EVENT_TOO_LONG', 'endsAt', 'endsAt', 'problems.EVENT_TOO_LONG'],
    ['EVENT_TOO_FAR_AHEAD', 'startsAt', 'startsAt', 'problems.EVENT_TOO_FAR_AHEAD'],
    ['UNKNOWN_ITEM', 'items.1.itemId', 'lines.1.itemId', 'problems.UNKNOWN_ITEM'],
  ])('%s on %s stands at %s', (code, name, field, key) => {
    expect(faultsOf(refusal(code, [name]))).toEqual({ [field]: key });
    expect(hasWords(key)).toBe(true);
  });

  it('is left to the whole form where it names no field of it', () => {
    expect(faultsOf(refusal('VALIDATION_FAILED', ['surprise']))).toEqual({});
    expect(faultsOf(refusal('EVENT_NOT_EDITABLE', [], 409))).toEqual({});
    expect(faultsOf(new Error('away'))).toEqual({});
  });
});
