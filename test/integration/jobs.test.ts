import { z } from 'zod';
import { Database, defineMessage } from '../../src/platform/database/index.js';
import { Jobs, type Delivery } from '../../src/platform/jobs/index.js';
import { ClaimService } from '../../src/purchase/index.js';
import { createDrop, createShoppers } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { eventually } from '../support/wait.js';

const Greeted = defineMessage(
  'Greeted',
  1,
  z.object({ name: z.string(), at: z.string().optional() }),
  'Somebody said hello.',
);
/** The same message, as a later release sends it. */
const GreetedLater = { ...Greeted, version: 2 };
const Unheard = defineMessage('Unheard', 1, z.object({ name: z.string() }), 'Nobody subscribes.');

/** Goal: what is published with a commit reaches every subscriber; what rolls back reaches none. */
describe('messages and jobs', () => {
  let server: TestApp;
  let database: Database;
  let jobs: Jobs;
  const heard: { payload: { name: string }; delivery: Delivery }[] = [];
  const moods: string[] = [];

  beforeAll(async () => {
    server = await startTestApp({}, undefined, (app) => {
      jobs = app.get(Jobs);
      jobs.subscribe(Greeted, 'broken', () => Promise.reject(new Error('always broken')), { retries: 0 });
      jobs.subscribe(
        Greeted,
        'listener',
        async (payload, delivery) => void heard.push({ payload, delivery }),
      );
      jobs.subscribe(
        Greeted,
        'moody',
        async ({ name }, { messageId }) => {
          if (name === 'moody' && moods.push(messageId) === 1) throw new Error('not now');
        },
        { retries: 3 },
      );
    });
    database = server.app.get(Database);
  });
  afterAll(() => server.close());

  const publish = (name: string) => database.transaction(async (t) => t.publish(Greeted, { name }));
  const namesHeard = () => heard.map(({ payload }) => payload.name);
  const jobRows = async (queue: string) =>
    (await server.database.pool.query('SELECT state, data, output FROM jobs.job WHERE name = $1', [queue]))
      .rows;

  it('deliver what was committed, and nothing of what was rolled back', async () => {
    const failing = database.transaction(async (transaction) => {
      transaction.publish(Greeted, { name: 'rolled back' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await publish('committed');
    await eventually(() => expect(namesHeard()).toContain('committed'));
    expect(namesHeard()).not.toContain('rolled back');
  });

  it('show nothing to anybody before the commit', async () => {
    await database.transaction(async (transaction) => {
      transaction.publish(Greeted, { name: 'early' });
      expect((await jobRows('Greeted.listener')).map(({ data }) => data.payload.name)).not.toContain('early');
    });
    await eventually(() => expect(namesHeard()).toContain('early'));
  });

  it('are written in one statement, for any number of messages and subscribers', async () => {
    const query = await database.transaction(async (transaction) => {
      for (let index = 0; index < 50; index++) transaction.publish(Greeted, { name: `many ${index}` });
      return { spy: jest.spyOn(transaction, 'query') };
    });
    expect(query.spy).toHaveBeenCalledTimes(1);
    await eventually(() => expect(namesHeard().filter((name) => name.startsWith('many'))).toHaveLength(50));
  });

  it('write nothing where nobody subscribes', async () => {
    const query = await database.transaction(async (transaction) => {
      transaction.publish(Unheard, { name: 'nobody' });
      return { spy: jest.spyOn(transaction, 'query') };
    });
    expect(query.spy).not.toHaveBeenCalled();
  });

  it('are checked before they are written', async () => {
    const bad = { name: 5 } as unknown as { name: string };
    await expect(database.transaction(async (t) => t.publish(Greeted, bad))).rejects.toThrow(z.ZodError);
  });

  it('are tried again under the same id, and one subscriber that fails holds no other up', async () => {
    await publish('moody');
    await eventually(() => expect(namesHeard()).toContain('moody'));
    await eventually(() => expect(moods).toHaveLength(2));
    const { delivery } = heard.find(({ payload }) => payload.name === 'moody')!;
    expect(moods).toEqual([delivery.messageId, delivery.messageId]);
  });

  it('are set aside with the error when no attempt is left', async () => {
    await publish('doomed');
    await eventually(async () => {
      const rows = await server.database.pool.query(
        `SELECT source_name, source_output FROM jobs.job
         WHERE name = 'set-aside' AND data -> 'payload' ->> 'name' = 'doomed'`,
      );
      expect(rows.rows).toEqual([
        { source_name: 'Greeted.broken', source_output: { message: 'Error: always broken' } },
      ]);
    });
    const { text } = await server.http.get('/metrics').expect(200);
    expect(text).toMatch(/^swiftdrop_jobs_set_aside [1-9]/m);
    expect(text).toMatch(/^swiftdrop_jobs_waiting\{queue="Greeted.listener"\} \d+$/m);
    expect(text).toMatch(/^swiftdrop_jobs_oldest_seconds\{queue="Greeted.listener"\} \d/m);
    expect(text).toMatch(/^swiftdrop_jobs_handled_total\{outcome="failed"\} [1-9]/m);
  });

  it('are set aside at once when they have a version that the subscriber does not know', async () => {
    await database.transaction(async (transaction) => transaction.publish(GreetedLater, { name: 'later' }));
    await eventually(async () => {
      const { rows } = await server.database.pool.query(
        `SELECT source_name, source_output FROM jobs.job
         WHERE name = 'set-aside' AND data -> 'payload' ->> 'name' = 'later' ORDER BY source_name`,
      );
      expect(rows.map(({ source_name }) => source_name)).toEqual([
        'Greeted.broken',
        'Greeted.listener',
        'Greeted.moody',
      ]);
      expect(rows[1].source_output).toEqual({ message: 'It has version 2; this is version 1' });
    });
    expect(namesHeard()).not.toContain('later');
  });

  describe('for admins', () => {
    const PATH = '/api/v1/admin/jobs/set-aside';
    let admin: TestUser;
    beforeAll(async () => (admin = await createAdmin(server)));
    const as = (user: TestUser) => ({ authorization: `Bearer ${user.token}` });
    const list = async (query = '') =>
      (
        await server.http
          .get(PATH + query)
          .set(as(admin))
          .expect(200)
      ).body;

    it('are listed when they are set aside, newest first, in pages', async () => {
      for (const name of ['first', 'second']) {
        await publish(name);
        await eventually(async () => expect((await list()).data[0].payload.name).toBe(name));
      }
      const page = await list('?limit=1');
      expect(page.data).toMatchObject([
        {
          message: 'Greeted',
          subscriber: 'broken',
          payload: { name: 'second' },
          error: 'Error: always broken',
          attempts: 1,
        },
      ]);
      const next = await list(`?limit=1&cursor=${page.nextCursor}`);
      expect(next.data[0].payload.name).toBe('first');
    });

    it('are repeated once, under the same message id, with an entry in the audit trail', async () => {
      const [job] = (await list()).data;
      await server.http.post(`${PATH}/${job.id}/repeat`).set(as(admin)).expect(204);
      const again = await server.http.post(`${PATH}/${job.id}/repeat`).set(as(admin)).expect(404);
      expect(again.body.code).toBe('JOB_NOT_SET_ASIDE');
      await eventually(async () => {
        const [failedAgain] = (await list()).data;
        expect(failedAgain).toMatchObject({ messageId: job.messageId, payload: job.payload });
        expect(failedAgain.id).not.toBe(job.id);
      });
      const { body } = await server.http
        .get(`/api/v1/admin/audit?targetId=${job.id}`)
        .set(as(admin))
        .expect(200);
      expect(body.data).toMatchObject([{ action: 'job.repeated' }]);
      expect(body.data).toHaveLength(1);
    });

    it('are nobody else’s business', async () => {
      const shopper = await registerUser(server);
      await server.http.get(PATH).set(as(shopper)).expect(403);
      await server.http.post(`${PATH}/${shopper.id}/repeat`).set(as(shopper)).expect(403);
    });
  });

  describe('once', () => {
    const insert = `INSERT INTO item_catalog (id, name, description, category)
      VALUES (uuidv7(), 'once', 'A mug.', 'home')`;
    const effects = async () =>
      (await server.database.pool.query(`SELECT count(*)::int AS n FROM item_catalog WHERE name = 'once'`))
        .rows[0].n;
    const delivery = { messageId: '01938c2e-0000-7000-8000-000000000001', subscriber: 'test' };

    it('has its effect once, however often and however concurrently it is delivered', async () => {
      await Promise.all(
        Array.from({ length: 5 }, () => jobs.once(delivery, async (t) => void (await t.query(insert)))),
      );
      expect(await effects()).toBe(1);
    });

    it('leaves no note of work that failed', async () => {
      const other = { ...delivery, subscriber: 'other' };
      const failing = jobs.once(other, async (transaction) => {
        await transaction.query(insert);
        throw new Error('half way');
      });
      await expect(failing).rejects.toThrow('half way');
      expect(await effects()).toBe(1);
      await jobs.once(other, async (t) => void (await t.query(insert)));
      expect(await effects()).toBe(2);
    });
  });

  it('are no part of a purchase: a rush that sells out writes no job', async () => {
    const { pool } = server.database;
    const written = async () => Number((await pool.query('SELECT count(*) FROM jobs.job')).rows[0].count);
    const drop = await createDrop(pool, { stocks: [20] });
    const shoppers = await createShoppers(pool, 60);
    const before = await written();
    const answers = await Promise.all(
      shoppers.map((userId) =>
        server.app.get(ClaimService).claim({ userId, eventItemId: drop.itemId, quantity: 1 }),
      ),
    );
    expect(answers.filter((answer) => 'order' in answer)).toHaveLength(20);
    expect(await written()).toBe(before);
    await publish('after the rush');
    expect(await written()).toBe(before + 3);
  });

  it('leave jobs alone with ROLE=api, and answer health checks alone with ROLE=worker', async () => {
    const api = await startTestApp({ ROLE: 'api' }, server.database);
    const worker = await startTestApp({ ROLE: 'worker' }, server.database);
    try {
      await api.http.get('/api/v1/events').expect(200);
      await worker.http.get('/health/live').expect(200);
      await worker.http.get('/metrics').expect(200);
      const { body } = await worker.http.get('/api/v1/events').expect(404);
      expect(body.code).toBe('ROUTE_NOT_FOUND');
    } finally {
      await api.close();
      await worker.close();
    }
  });
});
