import { runChecks, type CensusDocument, type CensusOrder, type Evidence } from './census.ts';
import { Ledger } from './ledger.ts';

/**
 * Goal: each check fails on the one lie it is there for, and an honest census passes all of them.
 * Method: an honest run of three units and five buyers (one confirms, one cancels), doctored in one place.
 */
const ITEM = 'item-1';
const NOW = Date.parse('2026-01-01T12:00:00Z');
const LATER = NOW + 3_600_000;

interface Doctored {
  ledger: Ledger;
  census: CensusDocument;
  orders: CensusOrder[];
}

function honestRun(): Doctored {
  const ledger = new Ledger('run');
  const orders: CensusOrder[] = [];
  const buy = (buyer: number) => {
    const attempt = ledger.begin();
    const id = `order-${attempt}`;
    const row: CensusOrder = {
      id,
      userId: `user-${buyer}`,
      eventItemId: ITEM,
      quantity: 1,
      status: 'reserved',
      idempotencyKey: ledger.keyOf(attempt),
      createdAt: new Date(NOW - 1000).toISOString(),
      reservedUntil: new Date(LATER).toISOString(),
    };
    orders.push(row);
    const told = ledger.acknowledge({
      id,
      attempt,
      buyer,
      userId: row.userId,
      eventItemId: ITEM,
      quantity: 1,
      reservedUntil: LATER,
    });
    return { told, row };
  };
  buy(0);
  const second = buy(1);
  ledger.confirmed(second.told);
  second.row.status = 'confirmed';
  const third = buy(2);
  ledger.cancelled(third.told);
  third.row.status = 'cancelled';
  buy(3);
  ledger.refuse(ledger.begin(), ITEM, 'SOLD_OUT');
  const census: CensusDocument = {
    eventId: 'event',
    takenAt: new Date(NOW).toISOString(),
    items: [
      {
        eventItemId: ITEM,
        perUserLimit: 1,
        stockTotal: 3,
        stockRemaining: 0,
        reserved: 2,
        confirmed: 1,
        cancelled: 1,
        expired: 0,
        orders: 4,
      },
    ],
    usersAboveLimit: 0,
    duplicateKeys: 0,
    overdueReservations: { count: 0, oldestSeconds: 0 },
  };
  return { ledger, census, orders };
}

const failed = (evidence: Evidence) =>
  runChecks(evidence)
    .filter(({ passed }) => !passed)
    .map(({ check }) => check);

const item = (run: Doctored) => run.census.items[0] as CensusDocument['items'][number];
const order = (run: Doctored, index: number) => run.orders[index] as CensusOrder;

describe('the census', () => {
  it('passes an honest run and says what it saw', () => {
    const checks = runChecks(honestRun());
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ check, saw }) => `${check}: ${saw}`)).toEqual(
      expect.arrayContaining([
        'no oversell: 3 of 3 units reserved or confirmed',
        'no lost yes: 4 of 4 acknowledged orders stand as acknowledged',
        'stock adds up: 3 = 0 left + 2 reserved + 1 confirmed',
      ]),
    );
  });

  it('lets a reservation expire once its time has come, and not before', () => {
    const run = honestRun();
    order(run, 0).status = 'expired';
    Object.assign(item(run), { reserved: 1, expired: 1, stockRemaining: 1 });
    expect(failed(run)).toContain('no lost yes');
    for (const told of run.ledger.orders.values()) told.reservedUntil = NOW - 1;
    expect(failed(run)).toEqual([]);
  });

  it('accepts either outcome where a buyer got no answer', () => {
    const run = honestRun();
    order(run, 0).status = 'confirmed';
    Object.assign(item(run), { reserved: 1, confirmed: 2 });
    expect(failed(run)).toEqual(['no lost yes']);
    for (const told of run.ledger.orders.values()) told.resolutionUnknown = true;
    expect(failed(run)).toEqual([]);
  });

  it('accepts an order of a purchase that got no answer', () => {
    const run = honestRun();
    const attempt = run.ledger.begin();
    run.orders.push({
      ...order(run, 0),
      id: 'order-x',
      userId: 'user-9',
      idempotencyKey: run.ledger.keyOf(attempt),
    });
    Object.assign(item(run), { stockTotal: 4, reserved: 3 });
    expect(failed(run)).toEqual([]);
  });

  const lies: [string, string, (run: Doctored) => void][] = [
    [
      'buyers were answered',
      'nobody was answered',
      (run) => {
        run.ledger = new Ledger('run');
        run.orders = [];
        Object.assign(item(run), { reserved: 0, confirmed: 0, cancelled: 0, stockRemaining: 3, orders: 0 });
      },
    ],
    [
      'no oversell',
      'more is held than there was',
      (run) => {
        Object.assign(item(run), { stockTotal: 2, stockRemaining: -1 });
      },
    ],
    [
      'no lost yes',
      'an acknowledged order is missing',
      (run) => {
        run.orders.shift();
        Object.assign(item(run), { reserved: 1, stockRemaining: 1 });
      },
    ],
    [
      'no lost yes',
      'a confirmed order is cancelled',
      (run) => {
        order(run, 1).status = 'cancelled';
        Object.assign(item(run), { confirmed: 0, cancelled: 2, stockRemaining: 1 });
      },
    ],
    ['no lost yes', 'an order went to somebody else', (run) => (order(run, 0).userId = 'user-9')],
    [
      'no lost yes',
      'a buyer was told confirmed and cancelled',
      (run) => {
        const told = run.ledger.orders.get('order-1');
        if (told) run.ledger.cancelled(told);
      },
    ],
    [
      'no silent yes',
      'a refused buyer has an order',
      (run) => {
        order(run, 0).idempotencyKey = run.ledger.keyOf(4);
        run.ledger.orders.delete('order-0');
      },
    ],
    [
      'no silent yes',
      'an order that nobody asked for',
      (run) => {
        run.ledger.orders.delete('order-0');
        order(run, 0).idempotencyKey = null;
      },
    ],
    ['one order per key', 'the database counts a key twice', (run) => (run.census.duplicateKeys = 1)],
    [
      'one order per key',
      'two listed orders share a key',
      (run) => {
        order(run, 3).userId = 'user-0';
        order(run, 3).idempotencyKey = order(run, 0).idempotencyKey;
      },
    ],
    [
      'one order per key',
      'a retry answered another order',
      (run) => {
        const told = run.ledger.orders.get('order-0');
        if (told) run.ledger.replayed(told, 'order-9');
      },
    ],
    [
      'one order per key',
      'one order answered two attempts',
      (run) => {
        const told = run.ledger.orders.get('order-0');
        if (told) run.ledger.acknowledge({ ...told, attempt: 4 });
      },
    ],
    ['nobody above the limit', 'the database counts one above', (run) => (run.census.usersAboveLimit = 1)],
    ['nobody above the limit', 'the listed orders show one', (run) => (order(run, 3).userId = 'user-0')],
    ['stock adds up', 'a unit vanished', (run) => (item(run).stockTotal = 4)],
    ['stock adds up', 'the list and the sums differ', (run) => (item(run).cancelled = 2)],
    [
      'no reservation older than its time',
      'a reservation is past its time',
      (run) => (run.census.overdueReservations = { count: 1, oldestSeconds: 5 }),
    ],
    [
      'sold out was true',
      'buyers were refused what was there',
      (run) => {
        run.orders.splice(2, 1);
        run.ledger.orders.delete('order-2');
        Object.assign(item(run), { stockTotal: 4, stockRemaining: 1, cancelled: 0 });
      },
    ],
  ];

  it.each(lies)('“%s” fails when %s (negative control)', (check, _, doctor) => {
    const run = honestRun();
    doctor(run);
    expect(failed(run)).toContain(check);
  });

  it('has a negative control for every check', () => {
    const all = new Set(runChecks(honestRun()).map(({ check }) => check));
    expect(new Set(lies.map(([check]) => check))).toEqual(all);
  });
});
