import { EventTransitions, type CarriedOutTransition } from '../../src/events/index.js';
import { createDrop, statusOf } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait.js';

/** Two real instances on one database; drops are written past them, and then signalled as an act would. */
describe('the scheduler', () => {
  let database: TestDatabase;
  let instances: TestApp[];
  let heard: CarriedOutTransition[];

  const start = async () => {
    const instance = await startTestApp({}, database);
    instance.app.get(EventTransitions).onTransition((transition) => heard.push(transition));
    return instance;
  };
  const signal = () => database.pool.query('NOTIFY events_changed');
  const heardOf = (eventId: string) => heard.filter((transition) => transition.eventId === eventId);
  const status = (eventId: string) => statusOf(database.pool, eventId);

  beforeEach(() => (heard = []));

  describe('with two instances', () => {
    beforeAll(async () => {
      database = await createTestDatabase();
      instances = [await start(), await start()];
    });
    afterAll(async () => {
      await Promise.all(instances.map((instance) => instance.close()));
      await database.drop();
    });

    it('opens and closes within a second of the time, and never before it', async () => {
      const { eventId } = await createDrop(database.pool, { status: 'locked', startsIn: 0.4, endsIn: 0.9 });
      await signal();
      await waitFor('the close', () => heardOf(eventId).length === 2);
      const [opening, closing] = heardOf(eventId);
      expect(opening).toMatchObject({ act: 'start' });
      expect(closing).toMatchObject({ act: 'end' });
      for (const { skewMs } of heardOf(eventId)) {
        expect(skewMs).toBeGreaterThanOrEqual(0);
        expect(skewMs).toBeLessThan(1000);
      }
      const { rows } = await database.pool.query('SELECT * FROM events WHERE id = $1', [eventId]);
      expect(rows[0]).toMatchObject({
        status: 'closed',
        opened_at: opening!.at,
        closed_at: closing!.at,
        force_opened_at: null,
        force_closed_at: null,
      });
    });

    it('carries out each transition once, more of them than fit in a batch', async () => {
      const drops = await Promise.all(
        Array.from({ length: 120 }, () =>
          createDrop(database.pool, { status: 'locked', startsIn: 1.5, endsIn: 2 }),
        ),
      );
      await signal();
      const ids = new Set(drops.map(({ eventId }) => eventId));
      const ours = () => heard.filter(({ eventId }) => ids.has(eventId));
      await waitFor('all to close', () => ours().filter(({ act }) => act === 'end').length >= ids.size);
      const acts = ours().map(({ eventId, act }) => `${act} ${eventId}`);
      expect(new Set(acts).size).toBe(240);
      expect(acts).toHaveLength(240);
    });

    it('closes what ended before it was opened without opening it', async () => {
      const { eventId } = await createDrop(database.pool, { status: 'locked', startsIn: -60, endsIn: -1 });
      await signal();
      await waitFor('the close', () => heardOf(eventId).length > 0);
      expect(heardOf(eventId).map(({ act }) => act)).toEqual(['end']);
      expect(await status(eventId)).toBe('closed');
    });

    it('leaves a drop sold out that sold out before its opening was carried out', async () => {
      // What settle_event_stock leaves when the last unit goes before the scheduler came.
      const drop = await createDrop(database.pool, { status: 'sold_out', startsIn: -1 });
      await database.pool.query('UPDATE events SET opened_at = NULL WHERE id = $1', [drop.eventId]);
      await signal();
      await waitFor('the opening', () => heardOf(drop.eventId).length > 0);
      expect(heardOf(drop.eventId)).toMatchObject([{ act: 'start' }]);
      expect(await status(drop.eventId)).toBe('sold_out');
    });

    it('comes back to a drop that an act held when it was due', async () => {
      const { eventId } = await createDrop(database.pool, { status: 'locked', startsIn: 0.5 });
      const holder = await database.pool.connect();
      try {
        await holder.query('BEGIN');
        await holder.query('SELECT FROM events WHERE id = $1 FOR UPDATE', [eventId]);
        const { eventId: other } = await createDrop(database.pool, { status: 'locked', startsIn: 0.6 });
        await signal();
        await waitFor('another to open meanwhile', () => heardOf(other).length > 0);
        expect(heardOf(eventId)).toEqual([]);
      } finally {
        await holder.query('ROLLBACK');
        holder.release();
      }
      await waitFor('the opening', () => heardOf(eventId).length > 0);
    });

    it('goes on after all its connections were cut', async () => {
      const { eventId } = await createDrop(database.pool, { status: 'locked', startsIn: 0.5 });
      await signal();
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'swiftdrop%'`,
      );
      await waitFor('the opening', () => heardOf(eventId).length > 0);
      expect(heardOf(eventId)).toHaveLength(1);
    });
  });

  it('catches up after a restart on what came due meanwhile', async () => {
    database = await createTestDatabase();
    const toOpen = await createDrop(database.pool, { status: 'locked', startsIn: -60 });
    const toClose = await createDrop(database.pool, { status: 'live', startsIn: -60, endsIn: -1 });
    const later = await createDrop(database.pool, { status: 'locked', startsIn: 60 * 86_400, endsIn: 6e6 });
    const instance = await start();
    await waitFor('the open', async () => (await status(toOpen.eventId)) === 'live');
    await waitFor('the close', async () => (await status(toClose.eventId)) === 'closed');
    expect(await status(later.eventId)).toBe('locked');
    await instance.close();
    await database.drop();
  });
});
