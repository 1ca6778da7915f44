import { eventStatuses, eventTransitions, type EventStatus } from '../../src/events/event-states.js';
import { createDrop, statusOf } from '../support/drops.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The functions in the database must say what src/events/event-states.ts says. */
describe('the states of an event in SQL', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const phase = async (status: EventStatus, at: string) => {
    const { rows } = await database.pool.query(
      `SELECT event_phase($1, '2026-11-27T10:00:00Z', '2026-11-27T11:00:00Z', $2) AS phase`,
      [status, at],
    );
    return rows[0].phase as EventStatus;
  };

  it.each([...eventStatuses])(
    '%s becomes what its boundaries make of it, to the microsecond',
    async (status) => {
      const after = (act: 'start' | 'end', now: EventStatus) => {
        const { from, to } = eventTransitions[act];
        return (from as readonly EventStatus[]).includes(now) ? to : now;
      };
      expect(await phase(status, '2026-11-27T09:59:59.999999Z')).toBe(status);
      expect(await phase(status, '2026-11-27T10:00:00Z')).toBe(after('start', status));
      expect(await phase(status, '2026-11-27T10:59:59.999999Z')).toBe(after('start', status));
      expect(await phase(status, '2026-11-27T11:00:00Z')).toBe(after('end', after('start', status)));
    },
  );

  it.each<[EventStatus, number[], number, number, EventStatus]>([
    ['live', [0, 0], -60, 60, 'sold_out'],
    ['live', [0, 1], -60, 60, 'live'],
    ['sold_out', [0, 1], -60, 60, 'live'],
    ['sold_out', [0, 0], -60, 60, 'sold_out'],
    // Sold out before the scheduler came to open it.
    ['locked', [0], -1, 60, 'sold_out'],
    ['locked', [1], -1, 60, 'locked'],
    ['locked', [0], 60, 120, 'locked'],
    // Over, by an act or by time: nothing changes any more.
    ['closed', [0], -60, 60, 'closed'],
    ['closed', [1], -60, 60, 'closed'],
    ['live', [0], -60, -1, 'live'],
    ['sold_out', [1], -60, -1, 'sold_out'],
  ])(
    '%s with stocks %j, from %d s to %d s, settles as the last named',
    async (status, left, startsIn, endsIn, to) => {
      const drop = await createDrop(database.pool, { status, startsIn, endsIn, stocks: left.map(() => 1) });
      for (const [index, itemId] of drop.itemIds.entries())
        await database.pool.query('UPDATE event_items SET stock_remaining = $2 WHERE id = $1', [
          itemId,
          left[index],
        ]);
      await database.pool.query('SELECT settle_event_stock($1)', [drop.eventId]);
      expect(await statusOf(database.pool, drop.eventId)).toBe(to);
    },
  );
});
