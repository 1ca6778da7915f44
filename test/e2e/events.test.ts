import { newId } from '../../src/platform/values/index.js';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';

const HOUR_MS = 3_600_000;
const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('events over HTTP', () => {
  let server: TestApp;
  let admin: TestUser;
  let itemId: string;
  let otherItemId: string;

  beforeAll(async () => {
    server = await startTestApp({ RESERVATION_TTL_SECONDS: '77' });
    admin = await createAdmin(server);
    [itemId, otherItemId] = [await addItem('Aurora lamp'), await addItem('Drift chair')];
  });
  afterAll(() => server.close());

  const asAdmin = (method: 'get' | 'post' | 'put', path: string) =>
    server.http[method](`/api/v1${path}`).auth(admin.token, { type: 'bearer' });
  const addItem = async (name: string) => {
    const item = { name, category: 'Home', imageUrl: '/images/x.webp' };
    return (await asAdmin('post', '/admin/items').send(item).expect(201)).body.id as string;
  };
  const draft = (changes: object = {}) => ({
    title: 'Friday drop',
    startsAt: soon(HOUR_MS),
    endsAt: soon(2 * HOUR_MS),
    items: [{ itemId, price: { amount: 12_900, currency: 'USD' }, stock: 50 }],
    ...changes,
  });
  const create = async (changes: object = {}) =>
    (await asAdmin('post', '/admin/events').send(draft(changes)).expect(201)).body;
  const read = (id: string) => server.http.get(`/api/v1/events/${id}`);

  describe('GET /events/:id', () => {
    it('tells everybody the event, its items and the time that decides', async () => {
      const input = draft({ description: 'Ten years of lamps' });
      const { id } = await create(input);
      const { body, headers } = await read(id).expect(200);
      expect(body).toEqual({
        id,
        title: 'Friday drop',
        description: 'Ten years of lamps',
        status: 'locked',
        startsAt: input.startsAt,
        endsAt: input.endsAt,
        openedAt: null,
        closedAt: null,
        soldOutAt: null,
        reservationTtlSeconds: 77,
        version: 1,
        serverTime: expect.stringMatching(/Z$/),
        items: [
          {
            id: expect.any(String),
            itemId,
            name: 'Aurora lamp',
            description: '',
            category: 'Home',
            imageUrl: '/images/x.webp',
            price: { amount: 12_900, currency: 'USD' },
            stockTotal: 50,
            stockRemaining: 50,
            perUserLimit: 1,
          },
        ],
      });
      expect(Math.abs(Date.parse(body.serverTime) - Date.now())).toBeLessThan(5_000);
      expect(headers['etag']).toBe('"1"');
      expect(headers['cache-control']).toBe('no-store');
    });

    it('shows what the event is now, whatever its row says yet', async () => {
      const { eventId } = await createDrop(server.database.pool, { status: 'live', endsIn: -1 });
      expect((await read(eventId).expect(200)).body.status).toBe('closed');
    });

    it('answers 404 to an unknown id and 400 to what is none', async () => {
      expect((await read(newId()).expect(404)).body.code).toBe('EVENT_NOT_FOUND');
      expect((await read('1').expect(400)).body.code).toBe('INVALID_ID');
      expect((await read("'; DROP TABLE events --").expect(400)).body.code).toBe('INVALID_ID');
    });
  });

  describe('GET /events', () => {
    interface Listed {
      data: { id: string; status: string; startsAt: string; endsAt: string; items: unknown[] }[];
      nextCursor: string | null;
    }
    const list = async (query: object): Promise<Listed> =>
      (await server.http.get('/api/v1/events').query(query).expect(200)).body;

    it('gives every event once over its pages, latest start first, also when starts coincide', async () => {
      const startsAt = soon(3 * HOUR_MS);
      for (let index = 0; index < 5; index++) await create({ startsAt, endsAt: soon(4 * HOUR_MS) });
      const seen: Listed['data'] = [];
      let cursor: string | null = null;
      do {
        const page: Listed = await list({ limit: 2, ...(cursor && { cursor }) });
        expect(page.data.length).toBeLessThanOrEqual(2);
        seen.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      const { rows } = await server.database.pool.query('SELECT count(*)::int AS count FROM events');
      expect(new Set(seen.map(({ id }) => id)).size).toBe(rows[0].count);
      expect(seen).toHaveLength(rows[0].count);
      const starts = seen.map((event) => Date.parse(event.startsAt));
      expect(starts).toEqual([...starts].sort((a, b) => b - a));
      expect(seen.every(({ items }) => items.length > 0)).toBe(true);
    });

    it('filters by what the event is now; locked ones come soonest first', async () => {
      const { pool } = server.database;
      const drops = {
        locked: await createDrop(pool, { status: 'locked', startsIn: 5 }),
        live: await createDrop(pool, { status: 'locked', startsIn: -1 }),
        sold_out: await createDrop(pool, { status: 'sold_out' }),
        closed: await createDrop(pool, { status: 'live', endsIn: -1 }),
      };
      for (const [status, { eventId }] of Object.entries(drops)) {
        const { body } = await server.http.get('/api/v1/events').query({ status, limit: 100 }).expect(200);
        const states = new Set(body.data.map((event: { status: string }) => event.status));
        expect([...states]).toEqual([status]);
        const ids = body.data.map(({ id }: { id: string }) => id);
        expect(ids).toContain(eventId);
        if (status === 'locked') expect(ids[0]).toBe(eventId);
      }
      const pages = await server.http.get('/api/v1/events').query({ status: 'locked', limit: 1 });
      const next = await server.http
        .get('/api/v1/events')
        .query({ status: 'locked', limit: 1, cursor: pages.body.nextCursor })
        .expect(200);
      expect(Date.parse(next.body.data[0].startsAt)).toBeGreaterThan(Date.parse(pages.body.data[0].startsAt));
    });

    it('reads all that is on sale in one list, soonest end first, whatever else there is', async () => {
      const { pool } = server.database;
      const later = await createDrop(pool, { status: 'sold_out', endsIn: 40 });
      const soon = await createDrop(pool, { status: 'locked', startsIn: -1, endsIn: 20 });
      const latest = await createDrop(pool, { status: 'live', endsIn: 90_000 });
      for (let upcoming = 0; upcoming < 61; upcoming++)
        await createDrop(pool, { status: 'locked', startsIn: 1_000 + upcoming });
      const first = await list({ limit: 60 });
      expect(first.data.map(({ id }) => id)).not.toContain(soon.eventId);

      const seen: Listed['data'] = [];
      let cursor: string | null = null;
      do {
        const page: Listed = await list({
          status: ['live', 'sold_out'],
          limit: 2,
          ...(cursor && { cursor }),
        });
        seen.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      const ids = seen.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const ours = [soon, later, latest].map(({ eventId }) => eventId);
      expect(ids.filter((id) => ours.includes(id))).toEqual(ours);
      const ends = seen.map(({ endsAt }) => Date.parse(endsAt));
      expect(ends).toEqual([...ends].sort((one, other) => one - other));
      expect([...new Set(seen.map(({ status }) => status))].sort()).toEqual(['live', 'sold_out']);
    });

    it.each([
      { limit: 0 },
      { limit: 101 },
      { limit: 'many' },
      { status: 'open' },
      { status: ['live', 'open'] },
      { status: ['live', 'live', 'live', 'live', 'live'] },
      { colour: 'red' },
    ])('refuses %j, naming the field', async (query) => {
      const { body } = await server.http.get('/api/v1/events').query(query).expect(400);
      expect(body).toMatchObject({
        code: 'VALIDATION_FAILED',
        errors: [{ field: Object.keys(query)[0] }],
      });
    });

    it.each([
      'x',
      '',
      Buffer.from('["2026-02-30T00:00:00Z","x"]').toString('base64url'),
      Buffer.from(`["1 (comment)","${newId()}"]`).toString('base64url'),
      Buffer.from(`["2026-01-01T00:00:00+15:59","${newId()}"]`).toString('base64url'),
    ])('refuses the cursor %j', async (cursor) => {
      const { body } = await server.http.get('/api/v1/events').query({ cursor }).expect(400);
      expect(body.code).toBe('INVALID_CURSOR');
    });
  });

  describe('POST /admin/events', () => {
    const priced = (changes: object) => [
      { itemId: newId(), price: { amount: 1, currency: 'USD' }, stock: 1, ...changes },
    ];

    it.each<[string, object, string]>([
      ['an end before the start', { endsAt: soon(60_000) }, 'EVENT_ENDS_BEFORE_START endsAt'],
      [
        'an end in the past',
        { startsAt: soon(-2 * HOUR_MS), endsAt: soon(-HOUR_MS) },
        'EVENT_ENDS_IN_PAST endsAt',
      ],
      ['more than a year', { endsAt: soon(400 * 24 * HOUR_MS) }, 'EVENT_TOO_LONG endsAt'],
      [
        'a start in a distant year',
        { startsAt: '9999-01-01T00:00:00Z', endsAt: '9999-01-02T00:00:00Z' },
        'EVENT_TOO_FAR_AHEAD startsAt',
      ],
      ['a time without a zone', { startsAt: '2026-11-27T10:00:00' }, 'VALIDATION_FAILED startsAt'],
      ['a day that does not exist', { startsAt: '2027-02-30T10:00:00Z' }, 'VALIDATION_FAILED startsAt'],
      ['no title', { title: '  ' }, 'VALIDATION_FAILED title'],
      ['a NUL in the title', { title: 'a\u0000b' }, 'VALIDATION_FAILED title'],
      ['a hold that is too short', { reservationTtlSeconds: 4 }, 'VALIDATION_FAILED reservationTtlSeconds'],
      ['no items', { items: [] }, 'VALIDATION_FAILED items'],
      ['items that are no list', { items: {} }, 'VALIDATION_FAILED items'],
      ['items in a list of their own', { items: [priced({})] }, 'VALIDATION_FAILED items'],
      [
        'too many items',
        { items: Array.from({ length: 51 }, () => priced({})[0]) },
        'VALIDATION_FAILED items',
      ],
      ['no stock', { items: priced({ stock: 0 }) }, 'VALIDATION_FAILED items.0.stock'],
      ['too much stock', { items: priced({ stock: 1_000_001 }) }, 'VALIDATION_FAILED items.0.stock'],
      ['a part of a unit', { items: priced({ stock: 1.5 }) }, 'VALIDATION_FAILED items.0.stock'],
      ['a limit of none', { items: priced({ perUserLimit: 0 }) }, 'VALIDATION_FAILED items.0.perUserLimit'],
      ['no price', { items: priced({ price: undefined }) }, 'VALIDATION_FAILED items.0.price'],
      ['a list for a price', { items: priced({ price: [] }) }, 'VALIDATION_FAILED items.0.price'],
      [
        'a negative price',
        { items: priced({ price: { amount: -1, currency: 'USD' } }) },
        'VALIDATION_FAILED items.0.price.amount',
      ],
      [
        'a currency in small letters',
        { items: priced({ price: { amount: 1, currency: 'usd' } }) },
        'VALIDATION_FAILED items.0.price.currency',
      ],
      ['an unknown field', { items: priced({ colour: 'red' }) }, 'VALIDATION_FAILED items.0.colour'],
      ['an item that is no id', { items: priced({ itemId: '7' }) }, 'VALIDATION_FAILED items.0.itemId'],
    ])('refuses %s', async (_, changes, expected) => {
      const { body } = await asAdmin('post', '/admin/events').send(draft(changes)).expect(400);
      expect(`${body.code} ${body.errors[0].field}`).toBe(expected);
    });

    it('refuses items twice, unknown items and mixed currencies, naming the place', async () => {
      const refused = async (items: object[]) => {
        const { body } = await asAdmin('post', '/admin/events').send(draft({ items })).expect(400);
        return [body.code, ...body.errors.map(({ field }: { field: string }) => field)];
      };
      const [one] = priced({ itemId });
      expect(await refused([one!, { ...one, itemId: itemId.toUpperCase() }])).toEqual([
        'DUPLICATE_ITEM',
        'items.1.itemId',
      ]);
      expect(await refused([{ ...one, itemId: newId() }, one!, { ...one, itemId: newId() }])).toEqual([
        'UNKNOWN_ITEM',
        'items.0.itemId',
        'items.2.itemId',
      ]);
      expect(
        await refused([one!, { ...one, itemId: otherItemId, price: { amount: 1, currency: 'EUR' } }]),
      ).toEqual(['MIXED_CURRENCIES', 'items.1.price.currency']);
    });

    it('makes an event whose start has passed live at once', async () => {
      const event = await create({ startsAt: soon(-60_000) });
      expect(event).toMatchObject({ status: 'live', openedAt: expect.any(String) });
    });

    it('takes the largest event there can be', async () => {
      const ids = await Promise.all(Array.from({ length: 50 }, (_, index) => addItem(`Part ${index}`)));
      const event = await create({
        description: 'é'.repeat(5000),
        items: ids.map((id) => ({
          itemId: id,
          // All units together are worth just less than 2^53.
          price: { amount: 180_143_985, currency: 'USD' },
          stock: 1_000_000,
          perUserLimit: 100,
        })),
      });
      expect(event.items.map((item: { itemId: string }) => item.itemId)).toEqual(ids);
    });

    it('is for admins', async () => {
      await server.http.post('/api/v1/admin/events').send(draft()).expect(401);
      const { token } = await registerUser(server);
      await server.http
        .post('/api/v1/admin/events')
        .auth(token, { type: 'bearer' })
        .send(draft())
        .expect(403);
    });
  });

  describe('PUT /admin/events/:id', () => {
    const edit = (id: string, tag: string | undefined, changes: object = {}) => {
      const request = asAdmin('put', `/admin/events/${id}`);
      if (tag !== undefined) void request.set('If-Match', tag);
      return request.send(draft(changes));
    };

    it('replaces the event; an item that stays keeps its id', async () => {
      const event = await create();
      const items = [
        { itemId: otherItemId, price: { amount: 5, currency: 'EUR' }, stock: 3, perUserLimit: 2 },
        { itemId, price: { amount: 7, currency: 'EUR' }, stock: 4 },
      ];
      const { body, headers } = await edit(event.id, '"1"', { title: 'Later', items }).expect(200);
      expect(headers['etag']).toBe('"2"');
      expect(body).toMatchObject({
        title: 'Later',
        version: 2,
        items: [
          { itemId: otherItemId, stockTotal: 3, stockRemaining: 3, perUserLimit: 2 },
          { id: event.items[0].id, itemId, stockTotal: 4, price: { amount: 7, currency: 'EUR' } },
        ],
      });
      const [dropped] = (await edit(event.id, '"2"', { items: [items[0]] }).expect(200)).body.items;
      expect(dropped.itemId).toBe(otherItemId);
      expect((await read(event.id).expect(200)).body).toMatchObject({ version: 3, items: [dropped] });
    });

    it('asks for the version, and refuses one that is not the present one', async () => {
      const { id } = await create();
      expect((await edit(id, undefined).expect(428)).body.code).toBe('IF_MATCH_REQUIRED');
      expect((await edit(id, '"2"').expect(412)).body).toMatchObject({ code: 'EVENT_CHANGED', version: 1 });
      expect((await edit(id, '*').expect(412)).body.code).toBe('EVENT_CHANGED');
      expect((await edit(newId(), '"1"').expect(404)).body.code).toBe('EVENT_NOT_FOUND');
      await edit(id, '"1"', { endsAt: soon(60_000) }).expect(400);
      expect((await read(id)).body.version).toBe(1);
    });

    it('refuses an event that is no longer locked, before it looks at the version', async () => {
      const { pool } = server.database;
      for (const status of ['live', 'sold_out', 'closed'] as const) {
        const { eventId } = await createDrop(pool, { status });
        const { body } = await edit(eventId, undefined).expect(409);
        expect(body).toMatchObject({ status: 409, code: 'EVENT_NOT_EDITABLE', eventStatus: status });
      }
      // Its time has come, though the scheduler has not.
      const { eventId } = await createDrop(pool, { status: 'locked', startsIn: -1 });
      expect((await edit(eventId, '"1"').expect(409)).body.code).toBe('EVENT_NOT_EDITABLE');
    });
  });

  describe('POST /admin/events/:id/open and /close', () => {
    const act = (id: string, verb: 'open' | 'close') => asAdmin('post', `/admin/events/${id}/${verb}`);

    it('opens a locked event before its time, once, and closes it, once', async () => {
      const { id } = await create();
      expect((await act(id, 'open').expect(200)).body.status).toBe('live');
      expect((await act(id, 'open').expect(409)).body.code).toBe('EVENT_NOT_LOCKED');
      expect((await act(id, 'close').expect(200)).body.status).toBe('closed');
      expect((await act(id, 'close').expect(409)).body.code).toBe('EVENT_ALREADY_CLOSED');
      expect((await act(id, 'open').expect(409)).body.code).toBe('EVENT_NOT_LOCKED');
      const { rows } = await server.database.pool.query('SELECT * FROM events WHERE id = $1', [id]);
      expect(rows[0]).toMatchObject({
        force_opened_by: admin.id,
        force_opened_at: rows[0].opened_at,
        force_closed_by: admin.id,
        force_closed_at: rows[0].closed_at,
      });
    });

    it('closes a locked and a sold-out event', async () => {
      const { id } = await create();
      await act(id, 'close').expect(200);
      const { eventId } = await createDrop(server.database.pool, { status: 'sold_out' });
      await act(eventId, 'close').expect(200);
    });

    it('refuses an event that is over by time, whatever its row says yet', async () => {
      const { pool } = server.database;
      const { eventId } = await createDrop(pool, { status: 'live', endsIn: -1 });
      expect((await act(eventId, 'close').expect(409)).body.code).toBe('EVENT_ALREADY_CLOSED');
      const missed = await createDrop(pool, { status: 'locked', startsIn: -2, endsIn: -1 });
      expect((await act(missed.eventId, 'open').expect(409)).body.code).toBe('EVENT_NOT_LOCKED');
    });

    it('answers 404 to an unknown event', async () => {
      await act(newId(), 'open').expect(404);
      await act(newId(), 'close').expect(404);
    });
  });
});
