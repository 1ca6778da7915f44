import { randomUUID } from 'node:crypto';
import { Database } from '../../src/platform/database/index.js';
import { createDrop, createShoppers, stockOf } from '../support/drops.js';
import { eventually } from '../support/wait.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';

type Body = Record<string, unknown>;

const HOUR_MS = 3_600_000;
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Not the value that the settings have of themselves. */
const SHOPS_HOLD_SECONDS = 420;

let server: TestApp;
let admin: TestUser;

const send = (method: 'get' | 'post' | 'put', path: string, user = admin) =>
  server.http[method](`/api/v1${path}`).set('Authorization', `Bearer ${user.token}`);

async function createItem(name = 'Aurora lamp'): Promise<string> {
  const { body } = await send('post', '/admin/items').send({ name, category: 'Home' }).expect(201);
  return body.id;
}

async function eventInput(overrides: Body = {}): Promise<Body> {
  return {
    title: 'Northern lights',
    startsAt: fromNow(HOUR_MS),
    endsAt: fromNow(2 * HOUR_MS),
    items: [
      { itemId: await createItem(), price: { amount: 4_900, currency: 'USD' }, stock: 5, perUserLimit: 2 },
    ],
    ...overrides,
  };
}

async function createEvent(overrides: Body = {}) {
  const input = await eventInput(overrides);
  const { body, headers } = await send('post', '/admin/events').send(input).expect(201);
  return { input, event: body, tag: headers.etag as string };
}

async function auditOf(targetId: string): Promise<Body[]> {
  return (await send('get', `/admin/audit?targetId=${targetId}`).expect(200)).body.data;
}

beforeAll(async () => {
  server = await startTestApp({ RESERVATION_TTL_SECONDS: String(SHOPS_HOLD_SECONDS) });
  admin = await createAdmin(server);
});
afterAll(() => server.close());

describe('/admin/items', () => {
  it('adds to the catalogue and lists it, newest first', async () => {
    const input = { name: 'Kettle', description: 'Boils.', category: 'Kitchen', imageUrl: '/images/k.svg' };
    const { body } = await send('post', '/admin/items').send(input).expect(201);
    expect(body).toMatchObject(input);
    const list = await send('get', '/admin/items?limit=1').expect(200);
    expect(list.body.data).toEqual([body]);
    expect(await auditOf(body.id)).toMatchObject([
      { action: 'item.created', target: { type: 'catalog_item', id: body.id }, details: { name: 'Kettle' } },
    ]);
  });

  it.each([
    ['no name', { category: 'Home' }, 'name'],
    ['no category', { name: 'Lamp' }, 'category'],
    ['an unknown field', { name: 'Lamp', category: 'Home', price: 1 }, 'price'],
    [
      'a script as its image',
      { name: 'Lamp', category: 'Home', imageUrl: 'javascript:alert(1)' },
      'imageUrl',
    ],
  ])('refuses %s by name', async (_, input, field) => {
    const { body } = await send('post', '/admin/items').send(input).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('does nothing that it cannot write into the trail', async () => {
    await server.database.pool.query('ALTER TABLE audit_log RENAME TO audit_log_away');
    await send('post', '/admin/items').send({ name: 'Ghost', category: 'Home' }).expect(500);
    await server.database.pool.query('ALTER TABLE audit_log_away RENAME TO audit_log');
    const { rows } = await server.database.pool.query(`SELECT FROM item_catalog WHERE name = 'Ghost'`);
    expect(rows).toHaveLength(0);
  });
});

describe('/admin/events', () => {
  it('creates a drop, tagged with its version', async () => {
    const { event, tag } = await createEvent();
    expect(event).toMatchObject({ title: 'Northern lights', status: 'locked', version: 1 });
    expect(event.items).toMatchObject([{ stockTotal: 5, stockRemaining: 5, perUserLimit: 2 }]);
    expect(tag).toBe('"1"');
    expect(await auditOf(event.id)).toMatchObject([
      { action: 'event.created', actor: { id: admin.id, displayName: 'Grace' }, details: { version: 1 } },
    ]);
  });

  it('leaves neither a drop nor a trace of a refused one', async () => {
    const count = async () =>
      (
        await server.database.pool.query(
          'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM audit_log) AS acts',
        )
      ).rows[0];
    const input = await eventInput({ endsAt: fromNow(0) });
    const before = await count();
    const { body } = await send('post', '/admin/events').send(input).expect(400);
    expect(body.code).toBe('EVENT_ENDS_BEFORE_START');
    expect(await count()).toEqual(before);
  });

  it('shows a drop with its version, and 404 for one that is not there', async () => {
    const { event } = await createEvent();
    const { body, headers } = await send('get', `/admin/events/${event.id}`).expect(200);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({ id: event.id, version: 1, forceOpened: null, forceClosed: null });
    const missing = await send('get', `/admin/events/${randomUUID()}`).expect(404);
    expect(missing.body.code).toBe('EVENT_NOT_FOUND');
    expect((await send('get', '/admin/events/7').expect(400)).body.code).toBe('INVALID_ID');
  });

  it('edits under If-Match: one of two editors wins', async () => {
    const { event, input, tag } = await createEvent();
    const path = `/admin/events/${event.id}`;
    const first = await send('put', path)
      .set('If-Match', tag)
      .send({ ...input, title: 'First' })
      .expect(200);
    expect(first.body).toMatchObject({ title: 'First', version: 2 });
    expect(first.headers.etag).toBe('"2"');
    const second = await send('put', path)
      .set('If-Match', tag)
      .send({ ...input, title: 'Second' })
      .expect(412);
    expect(second.body.code).toBe('EVENT_CHANGED');
    const blind = await send('put', path)
      .send({ ...input, title: 'Blind' })
      .expect(428);
    expect(blind.body.code).toBe('IF_MATCH_REQUIRED');
    expect((await send('get', path).expect(200)).body.title).toBe('First');
    expect(await auditOf(event.id)).toMatchObject([
      { action: 'event.updated', details: { title: 'First', version: 2 } },
      { action: 'event.created' },
    ]);
  });

  it('refuses to edit what is not there, or not locked any more', async () => {
    const input = await eventInput();
    const missing = await send('put', `/admin/events/${randomUUID()}`).set('If-Match', '"1"').send(input);
    expect([missing.status, missing.body.code]).toEqual([404, 'EVENT_NOT_FOUND']);
    const { event, tag } = await createEvent({ startsAt: fromNow(-1_000) });
    const late = await send('put', `/admin/events/${event.id}`).set('If-Match', tag).send(input);
    expect([late.status, late.body.code]).toEqual([409, 'EVENT_NOT_EDITABLE']);
  });

  it('opens by force, once, and says who did it', async () => {
    const { event } = await createEvent();
    const { body } = await send('post', `/admin/events/${event.id}/open`).expect(200);
    expect(body).toMatchObject({
      status: 'live',
      forceOpened: { adminId: admin.id, adminName: 'Grace', at: body.openedAt },
      forceClosed: null,
    });
    const shopper = await registerUser(server);
    await send('post', `/purchase/${event.items[0].id}`, shopper).expect(201);
    const again = await send('post', `/admin/events/${event.id}/open`).expect(409);
    expect(again.body.code).toBe('EVENT_NOT_LOCKED');
    expect((await auditOf(event.id))[0]).toMatchObject({ action: 'event.force_opened' });
    expect((await send('post', `/admin/events/${randomUUID()}/open`).expect(404)).body.code).toBe(
      'EVENT_NOT_FOUND',
    );
  });

  it('gives a drop the hold that it names as the default, unless told otherwise', async () => {
    const { body } = await send('get', '/admin/events/defaults').expect(200);
    expect(body).toEqual({ reservationTtlSeconds: SHOPS_HOLD_SECONDS });
    const created = await send('post', '/admin/events')
      .send(await eventInput())
      .expect(201);
    expect(created.body.reservationTtlSeconds).toBe(SHOPS_HOLD_SECONDS);
  });

  it('closes by force: sold units stay sold, held ones come back', async () => {
    const { event } = await createEvent({ startsAt: fromNow(-1_000) });
    const eventItemId = event.items[0].id;
    const [keeper, ditherer] = [await registerUser(server), await registerUser(server)];
    const kept = await send('post', `/purchase/${eventItemId}`, keeper).expect(201);
    await send('post', `/purchase/${kept.body.order.id}/confirm`, keeper).expect(200);
    const held = await send('post', `/purchase/${eventItemId}`, ditherer).send({ quantity: 2 }).expect(201);

    const { body } = await send('post', `/admin/events/${event.id}/close`).expect(200);
    expect(body).toMatchObject({ status: 'closed', forceClosed: { adminId: admin.id, adminName: 'Grace' } });
    const confirm = await send('post', `/purchase/${held.body.order.id}/confirm`, ditherer).expect(409);
    expect(confirm.body.code).toBe('ORDER_NOT_RESERVED');
    await eventually(async () => expect(await stockOf(server.database.pool, eventItemId)).toBe(4));
    const { body: history } = await send('get', '/profile/orders', ditherer).expect(200);
    expect(history.data).toMatchObject([
      { id: held.body.order.id, status: 'cancelled', releaseReason: 'event_closed' },
    ]);
    const buy = await send('post', `/purchase/${eventItemId}`, ditherer).expect(409);
    expect(buy.body.code).toBe('EVENT_NOT_LIVE');
    const again = await send('post', `/admin/events/${event.id}/close`).expect(409);
    expect(again.body.code).toBe('EVENT_ALREADY_CLOSED');
    expect((await auditOf(event.id))[0]).toMatchObject({ action: 'event.force_closed' });
    expect((await send('post', `/admin/events/${randomUUID()}/close`).expect(404)).body.code).toBe(
      'EVENT_NOT_FOUND',
    );
  });
});

describe('/admin/users', () => {
  it('lists users newest first, page by page, and finds them by name or email', async () => {
    const name = `Zoë ${randomUUID()}`;
    const first = await registerUser(server, name);
    const second = await registerUser(server, name);
    const search = encodeURIComponent(name.toUpperCase());
    const page = await send('get', `/admin/users?search=${search}&limit=1`).expect(200);
    expect(page.body.data).toMatchObject([
      { id: second.id, displayName: name, role: 'customer', active: true },
    ]);
    const rest = await send('get', `/admin/users?search=${search}&limit=1&cursor=${page.body.nextCursor}`);
    expect(rest.body).toMatchObject({ data: [{ id: first.id }], nextCursor: null });
    const byEmail = await send('get', `/admin/users?search=${first.email}`).expect(200);
    expect(byEmail.body.data).toMatchObject([{ id: first.id, email: first.email }]);
    expect(JSON.stringify(byEmail.body)).not.toMatch(/password|hash|\$2/i);
  });

  it('deactivates: the token stops working, logging in too, until activated', async () => {
    const shopper = await registerUser(server, 'Leaver');
    const { email, password } = shopper;
    await send('post', `/admin/users/${shopper.id}/deactivate`).expect(204);
    await eventually(async () => void (await send('get', '/profile', shopper).expect(401)), 2_000);
    await server.http.post('/api/v1/auth/login').send({ email, password }).expect(401);
    await send('post', `/admin/users/${shopper.id}/activate`).expect(204);
    await server.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    expect(await auditOf(shopper.id)).toMatchObject([
      { action: 'user.activated', target: { type: 'user', id: shopper.id } },
      { action: 'user.deactivated', details: { displayName: 'Leaver' } },
    ]);
  });

  it('does not let the last admin out', async () => {
    const { body } = await send('post', `/admin/users/${admin.id}/deactivate`).expect(409);
    expect(body.code).toBe('LAST_ADMIN');
    expect(await auditOf(admin.id)).toEqual([]);
    await send('get', '/profile').expect(200);
  });

  it.each(['deactivate', 'activate'])('refuses to %s nobody', async (act) => {
    const missing = await send('post', `/admin/users/${randomUUID()}/${act}`).expect(404);
    expect(missing.body.code).toBe('USER_NOT_FOUND');
    const nonsense = await send('post', `/admin/users/me/${act}`).expect(400);
    expect(nonsense.body.code).toBe('INVALID_ID');
  });
});

describe('GET /admin/audit', () => {
  it('pages through the trail, newest first, without a gap', async () => {
    for (const name of ['One', 'Two', 'Three']) await createItem(name);
    const names: unknown[] = [];
    let cursor = '';
    while (names.length < 3) {
      const { body } = await send('get', `/admin/audit?actorId=${admin.id}&limit=1${cursor}`).expect(200);
      names.push(body.data[0].details.name);
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(names).toEqual(['Three', 'Two', 'One']);
  });

  it('filters by actor', async () => {
    expect((await send('get', `/admin/audit?actorId=${randomUUID()}`).expect(200)).body.data).toEqual([]);
  });

  it.each([
    ['actorId=me', 'VALIDATION_FAILED'],
    ['cursor=nonsense', 'INVALID_CURSOR'],
    ['limit=0', 'VALIDATION_FAILED'],
    ['who=me', 'VALIDATION_FAILED'],
  ])('refuses ?%s', async (query, code) => {
    expect((await send('get', `/admin/audit?${query}`).expect(400)).body.code).toBe(code);
  });
});

describe('GET /admin/events/dashboard', () => {
  let ids: string[];
  let selling: { eventId: string; itemId: string };

  beforeAll(async () => {
    const { pool } = server.database;
    await pool.query(`UPDATE events SET status = 'closed', closed_at = now() - interval '1 day'`);
    const live = await createDrop(pool, { stocks: [10, 4], perUserLimit: 5, priceMinor: 1_500, endsIn: 600 });
    const soldOut = await createDrop(pool, { status: 'sold_out', endsIn: 900 });
    const next = await createDrop(pool, { status: 'locked', startsIn: 600 });
    const later = await createDrop(pool, { status: 'locked', startsIn: 1_200 });
    const over = await createDrop(pool, { status: 'closed', startsIn: -7_200, endsIn: -3_600 });
    ids = [live, soldOut, next, later, over].map(({ eventId }) => eventId);
    selling = live;
  });

  const dashboard = async (query = '') =>
    (await send('get', `/admin/events/dashboard${query}`).expect(200)).body;

  it('shows what is on sale first, then what is next, then what is over', async () => {
    const { data } = await dashboard('?limit=5');
    expect(data.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(data.map(({ status }: { status: string }) => status)).toEqual([
      'live',
      'sold_out',
      'locked',
      'locked',
      'closed',
    ]);
  });

  it('counts units held and sold, the money, and the pace', async () => {
    const [ada, bo, chi] = [
      await registerUser(server),
      await registerUser(server),
      await registerUser(server),
    ];
    const buy = async (user: TestUser, quantity: number) =>
      (await send('post', `/purchase/${selling.itemId}`, user).send({ quantity }).expect(201)).body.order.id;
    const resolve = (user: TestUser, order: string, act: string) =>
      send('post', `/purchase/${order}/${act}`, user).expect(200);
    await resolve(ada, await buy(ada, 3), 'confirm');
    await resolve(bo, await buy(bo, 1), 'cancel');
    await buy(chi, 2);
    const { data } = await dashboard('?limit=1');
    expect(data).toMatchObject([
      {
        id: selling.eventId,
        stockTotal: 14,
        stockRemaining: 9,
        reserved: 2,
        confirmed: 3,
        revenue: [{ amount: 4_500, currency: 'USD' }],
      },
    ]);
    expect(data[0].ordersPerSecond).toBeGreaterThan(0);
  });

  it('pages without a gap', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null && seen.length < ids.length) {
      const page: { data: { id: string }[]; nextCursor: string | null } = await dashboard(
        `?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen.slice(0, ids.length)).toEqual(ids);
  });

  it('asks the database twice, however many drops it shows', async () => {
    const queries = jest.spyOn(server.app.get(Database).reader, 'query');
    for (const limit of [1, 5]) {
      queries.mockClear();
      expect((await dashboard(`?limit=${limit}`)).data).toHaveLength(limit);
      const asked = queries.mock.calls.filter(([sql]) => /event_phase|event_items/.test(sql));
      expect(asked).toHaveLength(2);
    }
    queries.mockRestore();
  });

  it('refuses a cursor that it did not give out', async () => {
    for (const key of [
      ['0', '1'],
      ['3', '1', randomUUID()],
      ['0', '1 OR 1=1', randomUUID()],
      ['0', '1', 'x'],
    ]) {
      const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
      const { body } = await send('get', `/admin/events/dashboard?cursor=${cursor}`).expect(400);
      expect(body.code).toBe('INVALID_CURSOR');
    }
  });

  it('tells how fast the drops on sale sold, whoever sold, second by second', async () => {
    const { pool } = server.database;
    const drop = await createDrop(pool, { endsIn: 300 });
    const ages = [0.05, 100.05, 100.1, 304.05, 311.05];
    const shoppers = await createShoppers(pool, ages.length);
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
       SELECT uuidv7(make_interval(secs => -age)), shopper, $3, 2, 1500, 'USD', now(), now() - make_interval(secs => age)
       FROM unnest($1::uuid[], $2::float8[]) AS placed (shopper, age)`,
      [shoppers, ages, drop.itemId],
    );
    const { body } = await send('get', '/admin/events/dashboard/pace').expect(200);
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([drop.eventId, ...ids.slice(0, 2)]);
    expect(Math.abs(Date.parse(body.until) - Date.now())).toBeLessThan(10_000);
    const [pace, , soldOut]: number[][] = body.data.map(
      ({ ordersPerSecond }: { ordersPerSecond: number[] }) => ordersPerSecond,
    );
    expect(soldOut).toEqual(new Array(300).fill(0));
    // An order counts for ten seconds, as in the figure of the moment; so the one of 304 seconds ago still does.
    const expected = new Array<number>(300).fill(0).fill(0.1, 0, 5).fill(0.2, 199, 209).fill(0.1, 299);
    expect(pace).toEqual(expected);
  });
});
