/**
 * Replays and exports over HTTP. Orders are written with times of their own, so that every figure of the
 * replay can be counted by hand.
 */
import { randomUUID } from 'node:crypto';
import { newId } from '../../src/platform/values/ids.js';
import { createDrop, createShoppers, type TestDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';

let server: TestApp;
let admin: TestUser;

beforeAll(async () => {
  server = await startTestApp();
  admin = await createAdmin(server);
});
afterAll(() => server.close());

const get = (path: string, user = admin) =>
  server.http.get(`/api/v1/admin/events/${path}`).set('Authorization', `Bearer ${user.token}`);

interface PastOrder {
  /** Seconds after the opening. */
  at: number;
  quantity?: number;
  confirmedAt?: number;
  releasedAt?: number;
  reason?: 'shopper' | 'expiry' | 'event_closed';
}

/** Two units, opened ten minutes ago. */
async function createPast(orders: PastOrder[], stocks = [2]): Promise<TestDrop> {
  const { pool } = server.database;
  const drop = await createDrop(pool, { stocks, startsIn: -600, endsIn: -1, status: 'closed' });
  const shoppers = await createShoppers(pool, orders.length);
  for (const [index, { at, quantity = 1, confirmedAt, releasedAt, reason }] of orders.entries())
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, status,
         reserved_until, created_at, confirmed_at, released_at, release_reason)
       SELECT $1, $2, $3, $4, 12900, 'USD', $5, starts_at + make_interval(secs => $6::float8 + 300),
         starts_at + make_interval(secs => $6), starts_at + make_interval(secs => $7),
         starts_at + make_interval(secs => $8), $9
       FROM events WHERE id = $10`,
      [
        newId(),
        shoppers[index],
        drop.itemId,
        quantity,
        confirmedAt ? 'confirmed' : reason === 'expiry' ? 'expired' : reason ? 'cancelled' : 'reserved',
        at,
        confirmedAt,
        releasedAt,
        reason,
        drop.eventId,
      ],
    );
  return drop;
}

const sum = (numbers: number[]) => numbers.reduce((total, next) => total + next, 0);

interface Bucket {
  at: string;
  created: number;
  confirmed: number;
  released: number;
  stockRemaining: number;
}

describe('GET /admin/events/:id/replay', () => {
  it('tells what happened when, and what became of it', async () => {
    const { eventId } = await createPast([
      { at: 1, confirmedAt: 5 },
      { at: 2, releasedAt: 20, reason: 'shopper' },
      { at: 21.5, releasedAt: 50, reason: 'expiry' },
      { at: 55, releasedAt: 60, reason: 'event_closed' },
      { at: 61 },
    ]);
    const { body } = await get(`${eventId}/replay`).expect(200);
    expect(body).toMatchObject({
      eventId,
      stockTotal: 2,
      unitsSold: 1,
      revenue: [{ amount: 12_900, currency: 'USD' }],
      conversion: {
        reservations: 5,
        confirmed: 1,
        cancelled: 1,
        expired: 1,
        closed: 1,
        reserved: 1,
        shoppers: 5,
      },
      sellOutSeconds: null,
      medianConfirmSeconds: 4,
      peakOrdersPerSecond: 1,
      bucketSeconds: 0.5,
    });
    const buckets = body.buckets as Bucket[];
    expect(buckets[0]?.at).toBe(body.openedAt);
    expect(sum(buckets.map(({ created }) => created))).toBe(5);
    expect(sum(buckets.map(({ confirmed }) => confirmed))).toBe(1);
    expect(sum(buckets.map(({ released }) => released))).toBe(3);
    const stockAt = (seconds: number) => buckets[seconds / body.bucketSeconds]?.stockRemaining;
    expect([0, 1, 2, 19.5, 20, 21.5, 50, 55, 60, 61].map(stockAt)).toEqual([2, 1, 0, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('says that a drop did not sell out, also when nobody came', async () => {
    const some = await createPast([{ at: 3, confirmedAt: 4 }]);
    const none = await createPast([]);
    expect((await get(`${some.eventId}/replay`).expect(200)).body.sellOutSeconds).toBeNull();
    expect((await get(`${none.eventId}/replay`).expect(200)).body).toMatchObject({
      sellOutSeconds: null,
      medianConfirmSeconds: null,
      revenue: [],
      conversion: { reservations: 0 },
      stockTotal: 2,
    });
  });

  it('counts a drop as sold out when the last of several items is gone', async () => {
    const drop = await createPast([{ at: 1, quantity: 2, confirmedAt: 2 }], [2, 1]);
    expect((await get(`${drop.eventId}/replay`).expect(200)).body.sellOutSeconds).toBeNull();
  });

  it('does not take what was only held for sold', async () => {
    const { eventId } = await createPast([
      { at: 1, confirmedAt: 2 },
      { at: 3, releasedAt: 4, reason: 'event_closed' },
    ]);
    expect((await get(`${eventId}/replay`).expect(200)).body).toMatchObject({
      unitsSold: 1,
      sellOutSeconds: null,
    });
  });

  it('counts the time to sell out up to when the last unit was taken by who confirmed it, then or later', async () => {
    const { eventId } = await createPast([
      { at: 1, confirmedAt: 400 },
      { at: 2, releasedAt: 20, reason: 'expiry' },
      { at: 25, confirmedAt: 300 },
    ]);
    expect((await get(`${eventId}/replay`).expect(200)).body).toMatchObject({
      unitsSold: 2,
      sellOutSeconds: 25,
    });
  });

  it('begins when a drop opened that was made with a start in the past', async () => {
    const { eventId } = await createPast([{ at: 301, confirmedAt: 302 }], [1]);
    await server.database.pool.query(
      `UPDATE events SET opened_at = starts_at + interval '5 minutes' WHERE id = $1`,
      [eventId],
    );
    const { body } = await get(`${eventId}/replay`).expect(200);
    expect(body.sellOutSeconds).toBe(1);
    expect(body.buckets[0]).toMatchObject({ at: body.openedAt });
    expect(body.buckets.length * body.bucketSeconds).toBeLessThan(5);
  });

  it('looks closer at a part, with the stock that was left before it', async () => {
    const { eventId } = await createPast([
      { at: 1, confirmedAt: 5 },
      { at: 100, confirmedAt: 101 },
    ]);
    const whole = (await get(`${eventId}/replay`).expect(200)).body;
    const from = new Date(Date.parse(whole.openedAt) + 10_000).toISOString();
    const to = new Date(Date.parse(whole.openedAt) + 20_000).toISOString();
    const part = (await get(`${eventId}/replay?from=${from}&to=${to}`).expect(200)).body;
    expect(part.bucketSeconds).toBeLessThan(whole.bucketSeconds);
    expect(part.buckets[0]).toMatchObject({ at: from, stockRemaining: 1, created: 0 });
    expect(part.conversion).toEqual(whole.conversion);
  });

  it('never answers with more intervals than asked for, however long it went and whatever is asked', async () => {
    const { eventId } = await createPast([
      { at: -364 * 86_400, confirmedAt: 1 },
      { at: 1, confirmedAt: 5 },
    ]);
    for (const query of [
      '?buckets=10',
      '?buckets=300',
      '?from=1970-01-01T00:00:00Z&to=9999-12-31T00:00:00Z',
      '',
    ]) {
      const { body } = await get(`${eventId}/replay${query}`).expect(200);
      const limit = Number(/buckets=(\d+)/.exec(query)?.[1] ?? 200);
      expect(body.buckets.length).toBeLessThanOrEqual(limit);
      expect(sum(body.buckets.map(({ created }: Bucket) => created))).toBe(2);
    }
  });

  it.each([
    ['?buckets=301', 'buckets'],
    ['?from=yesterday', 'from'],
    ['?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
  ])('refuses %s', async (query, field) => {
    const { eventId } = await createPast([]);
    const { body } = await get(`${eventId}/replay${query}`).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('is for admins, of drops that exist', async () => {
    const { eventId } = await createPast([]);
    const shopper = await registerUser(server);
    for (const path of ['replay', 'orders.csv']) {
      await server.http.get(`/api/v1/admin/events/${eventId}/${path}`).expect(401);
      expect((await get(`${eventId}/${path}`, shopper).expect(403)).body.code).toBe('FORBIDDEN');
      expect((await get(`${randomUUID()}/${path}`).expect(404)).body.code).toBe('EVENT_NOT_FOUND');
    }
  });
});

/** The records of an RFC 4180 file, read by its grammar, so that the writer is not checked with itself. */
function parseCsv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const rows: string[][] = [[]];
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error('not RFC 4180');
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('GET /admin/events/:id/orders.csv', () => {
  it('lists every order, in columns with names', async () => {
    const { eventId, itemId } = await createPast([
      { at: 1, confirmedAt: 5, quantity: 2 },
      { at: 2, releasedAt: 20, reason: 'shopper' },
    ]);
    const { headers, text } = await get(`${eventId}/orders.csv`).expect(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-disposition']).toMatch(
      new RegExp(`^attachment; filename="orders-\\d{4}-\\d\\d-\\d\\d-${eventId}\\.csv"$`),
    );
    expect(text.charCodeAt(0)).toBe(0xfeff);
    const [head, ...rows] = parseCsv(text.slice(1));
    const orders = rows.map((row) => Object.fromEntries(row.map((value, index) => [head?.[index], value])));
    expect(orders.sort((one, other) => (one.created_at < other.created_at ? -1 : 1))).toMatchObject([
      {
        status: 'confirmed',
        quantity: '2',
        unit_price: '129.00',
        total: '258.00',
        currency: 'USD',
        item: 'Item 1',
      },
      { status: 'cancelled', quantity: '1', release_reason: 'shopper', confirmed_at: '' },
    ]);
    const { rows: stored } = await server.database.pool.query(
      'SELECT id FROM orders WHERE event_item_id = $1 ORDER BY created_at',
      [itemId],
    );
    expect(orders.map(({ order_id }) => order_id)).toEqual(stored.map(({ id }) => id));
  });

  it.each([
    ['=HYPERLINK("http://evil.test","click")', `'=HYPERLINK("http://evil.test","click")`],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ['a "quoted", name\r\nover two lines', 'a "quoted", name\r\nover two lines'],
    ['許，小明', '許，小明'],
  ])('cannot be made to run the name %j', async (name, shown) => {
    const { eventId, itemId } = await createPast([{ at: 1, confirmedAt: 5 }]);
    const { pool } = server.database;
    await pool.query(
      'UPDATE users SET display_name = $1 WHERE id = (SELECT user_id FROM orders WHERE event_item_id = $2)',
      [name, itemId],
    );
    await pool.query(
      'UPDATE item_catalog SET name = $1 WHERE id = (SELECT item_id FROM event_items WHERE id = $2)',
      [name, itemId],
    );
    const { text } = await get(`${eventId}/orders.csv`).expect(200);
    const [head, row] = parseCsv(text.slice(1)) as [string[], string[]];
    expect(row).toHaveLength(head.length);
    expect(row[head.indexOf('shopper')]).toBe(shown);
    expect(row[head.indexOf('item')]).toBe(shown);
    for (const value of row) expect(value).not.toMatch(/^[=+\-@\t\r]/);
  });

  it('reads a long list in pages and leaves none out', async () => {
    const { pool } = server.database;
    const drop = await createDrop(pool, { stocks: [5_000, 5_000], perUserLimit: 100 });
    const [shopper] = await createShoppers(pool, 1);
    // As many as two pages and a bit, most of them of one shopper, so that pages end among equals.
    for (const [index, itemId] of drop.itemIds.entries())
      await pool.query(
        `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
         SELECT uuidv7(), $1, $2, 1, 100, 'USD', now(), now() FROM generate_series(1, $3)`,
        [shopper, itemId, index === 0 ? 2_300 : 1_000],
      );
    const { text } = await get(`${drop.eventId}/orders.csv`).expect(200);
    const rows = parseCsv(text.slice(1)).slice(1);
    expect(rows).toHaveLength(3_300);
    expect(new Set(rows.map(([id]) => id)).size).toBe(3_300);
  });

  it('leaves a trace of who took it, for it carries addresses', async () => {
    const { eventId } = await createPast([]);
    await get(`${eventId}/orders.csv`).expect(200);
    const { body } = await server.http
      .get(`/api/v1/admin/audit?targetId=${eventId}`)
      .set('Authorization', `Bearer ${admin.token}`)
      .expect(200);
    expect(body.data).toMatchObject([{ action: 'event.orders_exported', actor: { id: admin.id } }]);
  });
});
