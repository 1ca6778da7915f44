import type { AcknowledgedOrder, Ledger } from './ledger.ts';

export type OrderStatus = 'reserved' | 'confirmed' | 'cancelled' | 'expired';

/** `GET /admin/events/{id}/census`: sums over the event's rows, taken in one snapshot. Units, not orders. */
export interface CensusDocument {
  eventId: string;
  takenAt: string;
  items: {
    eventItemId: string;
    perUserLimit: number;
    stockTotal: number;
    stockRemaining: number;
    reserved: number;
    confirmed: number;
    cancelled: number;
    expired: number;
    orders: number;
  }[];
  usersAboveLimit: number;
  duplicateKeys: number;
  overdueReservations: { count: number; oldestSeconds: number };
}

/** One row of `GET /admin/events/{id}/orders`. */
export interface CensusOrder {
  id: string;
  userId: string;
  eventItemId: string;
  quantity: number;
  status: OrderStatus;
  idempotencyKey: string | null;
  createdAt: string;
  reservedUntil: string;
}

export interface Check {
  check: string;
  passed: boolean;
  /** What was counted, in a sentence. */
  saw: string;
  /** The first few offenders. */
  examples?: string[];
}

export interface Evidence {
  ledger: Ledger;
  census: CensusDocument;
  orders: readonly CensusOrder[];
}

/**
 * The expirer promises a second; another is allowed for the time between its look and this one.
 */
const OVERDUE_TOLERANCE_SECONDS = 2;
const MAX_EXAMPLES = 5;

/** Every check of the verdict; the run passes if all do. */
export function runChecks(evidence: Evidence): Check[] {
  return [
    wasAnswered(evidence),
    noOversell(evidence),
    noLostYes(evidence),
    noSilentYes(evidence),
    oneOrderPerKey(evidence),
    nobodyAboveLimit(evidence),
    stockAddsUp(evidence),
    noOverdueReservation(evidence),
    soldOutWasTrue(evidence),
  ];
}

function verdict(check: string, offenders: string[], saw: string): Check {
  const passed = offenders.length === 0;
  return { check, passed, saw, ...(!passed && { examples: offenders.slice(0, MAX_EXAMPLES) }) };
}

/** Guards the verdict itself: a run in which nobody was answered proves nothing. */
function wasAnswered({ ledger }: Evidence): Check {
  const { yes, no, unknown } = ledger.counts;
  const answered = yes + no;
  return verdict(
    'buyers were answered',
    answered > 0 ? [] : ['no purchase got a clear answer'],
    `${count(ledger.attempts, 'attempt')}: ${number(yes)} yes, ${number(no)} no, ${number(unknown)} without a clear answer`,
  );
}

function noOversell({ census, ledger }: Evidence): Check {
  const offenders: string[] = [];
  let sold = 0;
  let total = 0;
  const told = new Map<string, number>();
  for (const order of ledger.orders.values())
    if (!order.toldCancelled && !mayHaveEnded(order, Date.parse(census.takenAt)))
      told.set(order.eventItemId, (told.get(order.eventItemId) ?? 0) + order.quantity);
  for (const item of census.items) {
    const held = item.reserved + item.confirmed;
    sold += held;
    total += item.stockTotal;
    if (held > item.stockTotal) offenders.push(`${item.eventItemId} holds ${held} of ${item.stockTotal}`);
    if (item.stockRemaining < 0) offenders.push(`${item.eventItemId} has ${item.stockRemaining} left`);
    const acknowledged = told.get(item.eventItemId) ?? 0;
    if (acknowledged > item.stockTotal)
      offenders.push(`${acknowledged} of ${item.stockTotal} units of ${item.eventItemId} were told yes`);
  }
  return verdict(
    'no oversell',
    offenders,
    `${number(sold)} of ${count(total, 'unit')} reserved or confirmed`,
  );
}

/** Stock that may have been given back without a word to its buyer: by expiry, or by an unanswered cancel. */
function mayHaveEnded(order: AcknowledgedOrder, takenAt: number): boolean {
  return !order.toldConfirmed && (order.resolutionUnknown || order.reservedUntil <= takenAt);
}

function noLostYes({ ledger, orders, census }: Evidence): Check {
  const stored = new Map(orders.map((order) => [order.id, order]));
  const takenAt = Date.parse(census.takenAt);
  const offenders: string[] = [];
  for (const told of ledger.orders.values()) {
    const row = stored.get(told.id);
    if (row === undefined) offenders.push(`order ${told.id} was acknowledged and does not exist`);
    else if (row.userId !== told.userId) offenders.push(`order ${told.id} belongs to another user`);
    else if (row.eventItemId !== told.eventItemId || row.quantity !== told.quantity)
      offenders.push(`order ${told.id} is for something else than was acknowledged`);
    else if (!allowedStates(told, takenAt).includes(row.status))
      offenders.push(`order ${told.id} is ${row.status}; its buyer was told ${lastTold(told)}`);
  }
  for (const { kind, detail } of ledger.contradictions) if (kind === 'two-outcomes') offenders.push(detail);
  const asTold = ledger.orders.size - offenders.length;
  return verdict(
    'no lost yes',
    offenders,
    `${number(Math.max(0, asTold))} of ${count(ledger.orders.size, 'acknowledged order')} stand as acknowledged`,
  );
}

/** The states in which the database may hold an order, given what its buyer was told last. */
function allowedStates(told: AcknowledgedOrder, takenAt: number): OrderStatus[] {
  if (told.toldConfirmed) return ['confirmed'];
  if (told.toldCancelled) return ['cancelled'];
  const allowed: OrderStatus[] = ['reserved'];
  if (told.reservedUntil <= takenAt) allowed.push('expired');
  if (told.resolutionUnknown) allowed.push('confirmed', 'cancelled');
  return allowed;
}

function lastTold(told: AcknowledgedOrder): string {
  return told.toldConfirmed ? 'confirmed' : told.toldCancelled ? 'cancelled' : 'reserved';
}

/** The mirror of a lost yes: an order whose buyer was told no, or that nobody asked for. */
function noSilentYes({ ledger, orders }: Evidence): Check {
  const offenders: string[] = [];
  let unanswered = 0;
  for (const order of orders) {
    if (ledger.orders.has(order.id)) continue;
    const attempt = ledger.attemptOf(order.idempotencyKey);
    if (attempt === undefined) offenders.push(`order ${order.id} was asked for by nobody in this run`);
    else if (ledger.wasRefused(attempt)) offenders.push(`order ${order.id} exists; its buyer was told no`);
    else unanswered++;
  }
  return verdict(
    'no silent yes',
    offenders,
    `${count(orders.length, 'order')} in the database; ${number(unanswered)} of attempts that got no clear answer`,
  );
}

function oneOrderPerKey({ ledger, orders, census }: Evidence): Check {
  const offenders: string[] = [];
  const seen = new Set<string>();
  for (const order of orders) {
    if (order.idempotencyKey === null) continue;
    const key = `${order.userId} ${order.idempotencyKey}`;
    if (seen.has(key)) offenders.push(`key ${order.idempotencyKey} has more than one order`);
    seen.add(key);
  }
  if (census.duplicateKeys > 0)
    offenders.push(`the database counts ${count(census.duplicateKeys, 'key')} used twice`);
  for (const { kind, detail } of ledger.contradictions) if (kind !== 'two-outcomes') offenders.push(detail);
  return verdict(
    'one order per key',
    offenders,
    `${count(seen.size, 'key')} for ${count(orders.length, 'order')}`,
  );
}

function nobodyAboveLimit({ orders, census }: Evidence): Check {
  const limits = new Map(census.items.map((item) => [item.eventItemId, item.perUserLimit]));
  const held = new Map<string, number>();
  for (const order of orders)
    if (order.status === 'reserved' || order.status === 'confirmed') {
      const key = `${order.userId} ${order.eventItemId}`;
      held.set(key, (held.get(key) ?? 0) + order.quantity);
    }
  const offenders: string[] = [];
  let most = 0;
  for (const [key, units] of held) {
    const [user, item] = key.split(' ') as [string, string];
    most = Math.max(most, units);
    const limit = limits.get(item) ?? 0;
    if (units > limit) offenders.push(`user ${user} holds ${units} with a limit of ${limit}`);
  }
  if (census.usersAboveLimit > 0)
    offenders.push(`the database counts ${count(census.usersAboveLimit, 'user')} above the limit`);
  return verdict(
    'nobody above the limit',
    offenders,
    `${count(held.size, 'holder')}; the most that one holds is ${most}`,
  );
}

function stockAddsUp({ orders, census }: Evidence): Check {
  const offenders: string[] = [];
  const seen: string[] = [];
  for (const item of census.items) {
    const { eventItemId: id, stockTotal, stockRemaining, reserved, confirmed } = item;
    if (stockTotal !== stockRemaining + reserved + confirmed)
      offenders.push(`${id}: ${stockTotal} ≠ ${stockRemaining} + ${reserved} + ${confirmed}`);
    const sums = { reserved: 0, confirmed: 0, cancelled: 0, expired: 0 };
    for (const order of orders) if (order.eventItemId === id) sums[order.status] += order.quantity;
    // Listing the orders takes longer than the snapshot; what expires meanwhile only changes sides.
    if (sums.confirmed !== confirmed || sums.cancelled !== item.cancelled)
      offenders.push(`${id}: the listed orders do not add up to the census`);
    if (sums.reserved + sums.expired !== reserved + item.expired)
      offenders.push(
        `${id}: ${sums.reserved + sums.expired} listed as open or expired, ${reserved + item.expired} counted`,
      );
    seen.push(
      `${number(stockTotal)} = ${number(stockRemaining)} left + ${number(reserved)} reserved + ${number(confirmed)} confirmed`,
    );
  }
  const more = seen.length > 1 ? ` (and ${count(seen.length - 1, 'item')} more)` : '';
  return verdict('stock adds up', offenders, `${seen[0] ?? 'no item'}${more}`);
}

function noOverdueReservation({ census }: Evidence): Check {
  const { count: overdue, oldestSeconds } = census.overdueReservations;
  const late = overdue > 0 && oldestSeconds > OVERDUE_TOLERANCE_SECONDS;
  return verdict(
    'no reservation older than its time',
    late
      ? [`${count(overdue, 'reservation')} past their time, the oldest by ${oldestSeconds.toFixed(1)} s`]
      : [],
    overdue === 0
      ? 'no reservation is past its time'
      : `${overdue} past their time, the oldest by ${oldestSeconds.toFixed(1)} s`,
  );
}

/**
 * Not selling is a lie too: where buyers were refused and no stock ever came back, none may be left.
 * Once stock has returned, a buyer may rightly have been refused a moment before.
 */
function soldOutWasTrue({ ledger, census }: Evidence): Check {
  const offenders: string[] = [];
  let checked = 0;
  for (const item of census.items) {
    const refusals = ledger.soldOutRefusals.get(item.eventItemId) ?? 0;
    if (refusals === 0 || item.cancelled + item.expired > 0) continue;
    checked++;
    if (item.stockRemaining > 0)
      offenders.push(`${item.eventItemId}: ${refusals} told sold out, ${item.stockRemaining} left`);
  }
  const refusals = [...ledger.soldOutRefusals.values()].reduce((sum, value) => sum + value, 0);
  return verdict(
    'sold out was true',
    offenders,
    `${count(refusals, 'buyer')} told sold out; ${count(checked, 'item')} without returned stock had none left`,
  );
}

function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
