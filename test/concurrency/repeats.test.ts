import { createHash, randomUUID } from 'node:crypto';
import { IdempotencySweeper } from '../../src/platform/idempotency/idempotency-sweeper.js';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { describeOnMongo, dropMongoDatabase, mongoSettings } from '../support/test-mongo.js';
import { bulkUsers, createAdmin, TEST_PASSWORD, type TestUser } from '../support/users.js';

/**
 * Goal: a request that makes something, sent again because its answer was lost, makes it once and gets the first
 * answer, on whichever instance and however many arrive together. Method: send each such request six times at once
 * to two instances of one database, then once more. Negative control: the same six without a key make six things.
 */

const SENT = 6;

describe('with PostgreSQL', () => repeats({}));

describeOnMongo('with MongoDB', () => {
  const settings = mongoSettings();
  repeats(settings);
  afterAll(() => dropMongoDatabase(settings.MONGO_DB_NAME));
});

interface Act {
  path: string;
  user: TestUser;
  body: object;
  /** The same act with another content. */
  other: object;
  /** How many things the act's requests have made. */
  made: () => Promise<number>;
}

function repeats(settings: Record<string, string>): void {
  let servers: [TestApp, TestApp];
  let admin: TestUser;
  let shopper: TestUser;

  beforeAll(async () => {
    const first = await startTestApp(settings);
    servers = [first, await startTestApp(settings, first.database)];
    admin = await createAdmin(first);
    [shopper] = (await bulkUsers(first, 1)) as [TestUser];
  });
  afterAll(async () => {
    await servers[1].close();
    await servers[0].close();
  });

  const request = (index: number, { path, user }: Act, body: object, key?: string) => {
    const server = servers[index % 2] as TestApp;
    const sent = server.http.post(`/api/v1${path}`).auth(user.token, { type: 'bearer' });
    return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
  };
  const read = async (path: string, user = admin) =>
    (await servers[0].http.get(`/api/v1${path}`).auth(user.token, { type: 'bearer' }).expect(200)).body;
  const count = async (sql: string, value: string) =>
    (await servers[0].database.pool.query(`SELECT count(*)::int AS count ${sql}`, [value])).rows[0].count;

  const acts: Record<string, () => Promise<Act>> = {
    async 'a catalogue item'() {
      const name = randomUUID();
      return {
        path: '/admin/items',
        user: admin,
        body: { name, category: 'tests' },
        other: { name: `${name} 2`, category: 'tests' },
        made: () => count('FROM item_catalog WHERE name = $1', name),
      };
    },
    async 'a drop'() {
      const { eventId } = await createDrop(servers[0].database.pool);
      const [{ itemId }] = (await read(`/events/${eventId}`)).items;
      const title = randomUUID();
      const body = {
        title,
        startsAt: new Date(Date.now() + 3_600_000).toISOString(),
        endsAt: new Date(Date.now() + 7_200_000).toISOString(),
        items: [{ itemId, stock: 5, price: { amount: 100, currency: 'USD' } }],
      };
      return {
        path: '/admin/events',
        user: admin,
        body,
        other: { ...body, title: `${title} 2` },
        made: () => count('FROM events WHERE title = $1', title),
      };
    },
    async 'lab buyers'() {
      const runId = randomUUID().replaceAll('-', '');
      return {
        path: '/admin/lab/buyers',
        user: admin,
        body: { runId, count: 1 },
        other: { runId, count: 2 },
        made: () => count(`FROM users WHERE email LIKE '%' || $1 || '%'`, runId),
      };
    },
    async 'a comment'() {
      const { eventId } = await createDrop(servers[0].database.pool);
      return {
        path: `/reviews/events/${eventId}/comments`,
        user: shopper,
        body: { text: 'First!' },
        other: { text: 'Second!' },
        made: async () => (await read(`/reviews/events/${eventId}/comments?limit=20`)).data.length,
      };
    },
    async 'a reply'() {
      const { eventId } = await createDrop(servers[0].database.pool);
      const thread = { path: `/reviews/events/${eventId}/comments`, user: shopper } as Act;
      const { body: root } = await request(0, thread, { text: 'Root' }).expect(201);
      return {
        path: `/reviews/comments/${root.id}/replies`,
        user: shopper,
        body: { text: 'Reply' },
        other: { text: 'Another' },
        made: async () => (await read(`/reviews/events/${eventId}/comments`)).data[0].replies.length,
      };
    },
  };

  describe.each(Object.keys(acts))('%s', (name) => {
    const act = () => (acts[name] as () => Promise<Act>)();
    const together = (what: Act, key?: string) =>
      Promise.all(Array.from({ length: SENT }, (_, index) => request(index, what, what.body, key)));
    /** Fresh tokens are all that may differ. */
    const withoutTokens = (answer: { body: object }) =>
      JSON.parse(JSON.stringify(answer.body, (field, value) => (field === 'accessToken' ? '' : value)));

    it('is made once by requests with one key, and all get the first answer', async () => {
      const what = await act();
      const key = randomUUID();
      const answers = await together(what, key);
      expect(answers.map(({ status }) => status)).toEqual(Array(SENT).fill(201));
      expect(await what.made()).toBe(1);

      const again = await request(1, what, what.body, key).expect(201);
      expect(again.headers['idempotency-replayed']).toBe('true');
      const [first] = answers as [(typeof answers)[0]];
      expect(withoutTokens(again)).toEqual(withoutTokens(first));
      expect(new Set(answers.map(({ body }) => body.id ?? body.buyers[0].id)).size).toBe(1);
      expect(await what.made()).toBe(1);
    });

    it('is made by each request without a key (negative control)', async () => {
      const what = await act();
      const answers = await together(what);
      expect(answers.map(({ status }) => status)).toEqual(Array(SENT).fill(201));
      expect(await what.made()).toBe(SENT);
    });

    it('refuses the key for another request, and forgets none for a refused one', async () => {
      const what = await act();
      const key = randomUUID();
      const refused = await request(0, what, {}, key).expect(400);
      expect(refused.body.code).toBe('VALIDATION_FAILED');
      await request(0, what, what.body, key).expect(201);
      const reused = await request(1, what, what.other, key).expect(422);
      expect(reused.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(await what.made()).toBe(1);
      const invalid = await request(0, what, what.body, 'a key').expect(400);
      expect(invalid.body.code).toBe('IDEMPOTENCY_KEY_INVALID');
    });

    it('keeps one user’s key apart from another’s', async () => {
      const what = await act();
      const key = randomUUID();
      await request(0, what, what.body, key).expect(201);
      const [other] = (await bulkUsers(servers[0], 1, 'admin')) as [TestUser];
      const answer = await request(0, { ...what, user: other }, what.body, key).expect(201);
      expect(answer.headers['idempotency-replayed']).toBeUndefined();
      expect(await what.made()).toBe(2);
    });
  });

  it.each(['a comment', 'a reply'])(
    'makes %s once, also if an instance died between writing it and keeping the answer',
    async (name) => {
      const what = await (acts[name] as () => Promise<Act>)();
      const key = randomUUID();
      const first = await request(0, what, what.body, key).expect(201);
      await servers[0].database.pool.query('UPDATE idempotency_records SET answer = NULL WHERE key = $1', [
        key,
      ]);
      const answers = await Promise.all([1, 2, 3].map((index) => request(index, what, what.body, key)));
      for (const { status, body } of answers) expect([status, body]).toEqual([201, first.body]);
      expect(await what.made()).toBe(1);
    },
  );

  it('does not undo a later rating by sending an earlier one again', async () => {
    const { pool } = servers[0].database;
    const { eventId, itemId } = await createDrop(pool);
    const [buyer] = (await bulkUsers(servers[0], 1)) as [TestUser];
    const [{ itemId: catalogId }] = (await read(`/events/${eventId}`)).items;
    const purchase = { path: `/purchase/${itemId}`, user: buyer } as Act;
    const { order } = (await request(0, purchase, {}).expect(201)).body;
    await request(0, { ...purchase, path: `/purchase/${order.id}/confirm` }, {}).expect(200);
    const rate = { path: `/reviews/items/${catalogId}`, user: buyer } as Act;
    const first = await request(0, rate, { rating: 2 }, 'first').expect(201);
    await request(0, rate, { rating: 5 }, 'second').expect(200);
    const again = await request(1, rate, { rating: 2 }, 'first').expect(201);
    expect(again.body).toEqual(first.body);
    expect((await read(`/reviews/items/${catalogId}/mine`, buyer)).review.rating).toBe(5);
  });

  describe('accounts', () => {
    const register = (index: number, body: object, key?: string) =>
      request(index, { path: '/auth/register', user: shopper } as Act, body, key);
    const newAccount = () => ({
      email: `${randomUUID()}@example.org`,
      password: TEST_PASSWORD,
      displayName: 'Ada',
    });
    const change = (index: number, token: string, body: object, key: string) =>
      (servers[index % 2] as TestApp).http
        .put('/api/v1/auth/password')
        .auth(token, { type: 'bearer' })
        .set('Idempotency-Key', key)
        .send(body);

    it('registers once, and gives a session to each request of the key', async () => {
      const account = newAccount();
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: SENT }, (_, index) => register(index, account, key)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(SENT).fill(201));
      expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
      for (const { body } of answers)
        await servers[1].http.get('/api/v1/profile').auth(body.accessToken, { type: 'bearer' }).expect(200);
      const again = await register(1, account, key).expect(201);
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect(again.headers['set-cookie']?.[0]).toContain('HttpOnly');
    });

    it('takes neither another key, nor another password or name with it, for the same request', async () => {
      const account = newAccount();
      await register(0, account, 'mine').expect(201);
      expect((await register(0, account).expect(409)).body.code).toBe('EMAIL_TAKEN');
      expect((await register(0, account, 'other').expect(409)).body.code).toBe('EMAIL_TAKEN');
      for (const other of [{ password: 'another horse battery' }, { displayName: 'Eve' }])
        expect((await register(1, { ...account, ...other }, 'mine').expect(422)).body.code).toBe(
          'IDEMPOTENCY_KEY_REUSED',
        );
    });

    it('changes a password once, and answers each request of the key alike', async () => {
      const { accessToken } = (await register(0, newAccount()).expect(201)).body;
      const body = { currentPassword: TEST_PASSWORD, newPassword: 'a new horse battery' };
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: SENT }, (_, index) => change(index, accessToken, body, key)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(SENT).fill(204));
      const again = await change(1, accessToken, body, key).expect(204);
      expect(again.headers['idempotency-replayed']).toBe('true');
      const other = await change(0, accessToken, body, randomUUID()).expect(403);
      expect(other.body.code).toBe('WRONG_PASSWORD');
      const reused = await change(0, accessToken, { ...body, newPassword: 'a third horse battery' }, key);
      expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it('keeps neither tokens nor a fast hash of the password', async () => {
      const { email, password, displayName } = newAccount();
      const key = randomUUID();
      await register(0, { email, password, displayName }, key).expect(201);
      const { rows } = await servers[0].database.pool.query(
        'SELECT request_hash, answer FROM idempotency_records WHERE key = $1',
        [key],
      );
      const hashed = JSON.stringify(['POST', '/api/v1/auth/register', { email, displayName }]);
      expect(rows).toEqual([{ request_hash: createHash('sha256').update(hashed).digest(), answer: null }]);
    });
  });

  it('forgets keys after a day, and the oldest beyond a thousand of one user', async () => {
    const { pool } = servers[0].database;
    const [user] = (await bulkUsers(servers[0], 1)) as [TestUser];
    const insert = (keys: number, age: string) =>
      pool.query(
        `INSERT INTO idempotency_records (user_id, key, request_hash, created_at)
         SELECT $1, $3 || n, '', now() - $3::interval - make_interval(secs => n) FROM generate_series(1, $2) AS n`,
        [user.id, keys, age],
      );
    await insert(1_100, '25 hours');
    await insert(1_010, '23 hours');
    await Promise.all(servers.map(({ app }) => app.get(IdempotencySweeper).sweep()));
    const { rows } = await pool.query(
      `SELECT count(*)::int AS kept, count(*) FILTER (WHERE key = '23 hours1')::int AS newest,
         count(*) FILTER (WHERE key = '23 hours1010')::int AS oldest
       FROM idempotency_records WHERE user_id = $1`,
      [user.id],
    );
    expect(rows).toEqual([{ kept: 1_000, newest: 1, oldest: 0 }]);
  });
}
