import { ApiProblem } from '@/api/problem';
import type { DropEvent, EventInput } from '@/api/types';
import { timeZone } from '@/environment';
import { fromLocalField, toLocalField } from './local-time';
import { parsePrice, priceText } from './money-entry';

/** A drop as it stands in the form: what was typed, not yet what it means. */
export interface EventDraft {
  title: string;
  description: string;
  startsAt: string;
  endsAt: string;
  ttl: string;
  currency: string;
  lines: DraftLine[];
}

export interface DraftLine {
  itemId: string;
  price: string;
  stock: string;
  limit: string;
}

/** What is wrong, by field of the form (`title`, `lines.0.price`), as keys of the texts. */
export type Faults = Record<string, string>;

const HOUR_MS = 3_600_000;

/** A line whose item is still to be chosen. */
export const newLine = (): DraftLine => ({ itemId: '', price: '', stock: '', limit: '1' });

/** For a new drop: the next full hour, for an hour. */
export function newDraft(now: number, zone = timeZone()): EventDraft {
  const nextHour = Math.ceil((now + 1) / HOUR_MS) * HOUR_MS;
  return {
    title: '',
    description: '',
    startsAt: toLocalField(nextHour, zone),
    endsAt: toLocalField(nextHour + HOUR_MS, zone),
    ttl: '',
    currency: 'USD',
    lines: [newLine()],
  };
}

export function draftOf(event: DropEvent, zone = timeZone()): EventDraft {
  return {
    title: event.title,
    description: event.description,
    startsAt: toLocalField(event.startsAt, zone),
    endsAt: toLocalField(event.endsAt, zone),
    ttl: String(event.reservationTtlSeconds),
    currency: event.items[0]?.price.currency ?? 'USD',
    lines: event.items.map((item) => ({
      itemId: item.itemId,
      price: priceText(item.price),
      stock: String(item.stockTotal),
      limit: String(item.perUserLimit),
    })),
  };
}

/** Tells whether the drop stands as it was asked for. */
export function saysTheSame(event: DropEvent, input: EventInput): boolean {
  const plain = ({ title, description, startsAt, endsAt, reservationTtlSeconds, items }: EventInput) =>
    JSON.stringify([
      title,
      description ?? '',
      Date.parse(startsAt),
      Date.parse(endsAt),
      reservationTtlSeconds ?? event.reservationTtlSeconds,
      items.map(({ itemId, price, stock, perUserLimit }) => [
        itemId,
        price.amount,
        price.currency,
        stock,
        perUserLimit,
      ]),
    ]);
  const items = event.items.map((item) => ({ ...item, stock: item.stockTotal }));
  return plain({ ...event, items }) === plain(input);
}

/** A whole number within limits, or undefined. */
function whole(text: string | number, min: number, max: number): number | undefined {
  const typed = String(text).trim();
  const value = /^\d{1,9}$/.test(typed) ? Number(typed) : NaN;
  return value >= min && value <= max ? value : undefined;
}

/**
 * Reads a draft by the server's rules, so that most faults are told before it is sent. `original` keeps
 * instants that were not touched exact, to the millisecond that no field shows.
 */
export function readDraft(
  draft: EventDraft,
  now: number,
  original?: Pick<DropEvent, 'startsAt' | 'endsAt'>,
  zone = timeZone(),
): { input: EventInput; faults: Faults } {
  const faults: Faults = {};
  const fault = (field: string, key: string) => (faults[field] ??= `admin.fault.${key}`);
  const instant = (field: 'startsAt' | 'endsAt') => {
    const untouched = original?.[field];
    if (untouched && toLocalField(untouched, zone) === draft[field]) return untouched;
    const read = fromLocalField(draft[field], zone)?.instant;
    if (!read) fault(field, 'time');
    return read ?? '';
  };

  if (!draft.title.trim()) fault('title', 'title');
  const startsAt = instant('startsAt');
  const endsAt = instant('endsAt');
  if (startsAt && endsAt) {
    if (Date.parse(endsAt) <= Date.parse(startsAt)) faults.endsAt = 'problems.EVENT_ENDS_BEFORE_START';
    else if (Date.parse(endsAt) <= now) faults.endsAt = 'problems.EVENT_ENDS_IN_PAST';
  }
  const ttl = draft.ttl.trim() === '' ? undefined : whole(draft.ttl, 5, 86_400);
  if (draft.ttl.trim() !== '' && ttl === undefined) fault('ttl', 'ttl');

  if (draft.lines.length === 0) fault('lines', 'lines');
  const items = draft.lines.map((line, index) => {
    const at = `lines.${index}`;
    const amount = parsePrice(line.price, draft.currency);
    const stock = whole(line.stock, 1, 1_000_000);
    const perUserLimit = whole(line.limit, 1, 100);
    if (!line.itemId) fault(`${at}.itemId`, 'item');
    else if (draft.lines.findIndex((other) => other.itemId === line.itemId) < index)
      faults[`${at}.itemId`] = 'problems.DUPLICATE_ITEM';
    if (amount === undefined) fault(`${at}.price`, 'price');
    if (stock === undefined) fault(`${at}.stock`, 'stock');
    if (perUserLimit === undefined) fault(`${at}.limit`, 'limit');
    else if (stock !== undefined && perUserLimit > stock) fault(`${at}.limit`, 'limitAboveStock');
    return {
      itemId: line.itemId,
      price: { amount: amount ?? 0, currency: draft.currency },
      stock: stock ?? 0,
      perUserLimit: perUserLimit ?? 0,
    };
  });
  return {
    input: {
      title: draft.title.trim(),
      description: draft.description.trim(),
      startsAt,
      endsAt,
      ...(ttl !== undefined && { reservationTtlSeconds: ttl }),
      items,
    },
    faults,
  };
}

/** The form's field for a field of the request, and the text for what can be wrong with it. */
const FIELDS: readonly [pattern: RegExp, field: string, key: string][] = [
  [/^title$/, 'title', 'title'],
  [/^description$/, 'description', 'description'],
  [/^startsAt$/, 'startsAt', 'time'],
  [/^endsAt$/, 'endsAt', 'time'],
  [/^reservationTtlSeconds$/, 'ttl', 'ttl'],
  [/^items$/, 'lines', 'lines'],
  [/^items\.(\d+)\.price\.currency$/, 'currency', 'currency'],
  [/^items\.(\d+)\.price(\.amount)?$/, 'lines.$1.price', 'price'],
  [/^items\.(\d+)\.itemId$/, 'lines.$1.itemId', 'item'],
  [/^items\.(\d+)\.stock$/, 'lines.$1.stock', 'stock'],
  [/^items\.(\d+)\.perUserLimit$/, 'lines.$1.limit', 'limit'],
];

/**
 * Where a refusal by the server belongs in the form. A code that says more than "not valid" is told in
 * its own words; what names no field of the form is left to the form as a whole.
 */
export function faultsOf(problem: unknown): Faults {
  if (!(problem instanceof ApiProblem) || problem.status !== 400) return {};
  const faults: Faults = {};
  for (const name of problem.fields)
    for (const [pattern, field, key] of FIELDS)
      if (pattern.test(name))
        faults[name.replace(pattern, field)] =
          problem.code === 'VALIDATION_FAILED' ? `admin.fault.${key}` : `problems.${problem.code}`;
  return faults;
}
