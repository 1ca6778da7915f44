import { CatalogService } from '../../src/catalog/index.js';
import { AppError } from '../../src/platform/errors/index.js';
import { Settings } from '../../src/platform/config/index.js';
import { Database, type Transaction } from '../../src/platform/database/index.js';
import { DatabaseSignals } from '../../src/platform/signals/index.js';
import { EventsService, EventTransitions, type UpdateEventRequest } from '../../src/events/index.js';
import { EventsRepository, type LockedEvent } from '../../src/events/events.repository.js';
import { ClaimService } from '../../src/purchase/index.js';
import { createDrop, createShoppers, type DropOptions, type TestDrop } from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';
import { waitFor } from '../support/wait.js';

/**
 * Goal: an event is edited, opened and closed as if one act came after the other. An edit never changes what
 * is open; of two edits that read the same version one wins; forcing and the scheduler never both open or
 * both close; and nothing is sold after a close.
 *
 * Method: the acts run against each other from two instances whose schedulers run too, round by round, with the
 * moment moved a little each time, until each side has won; every round is held against its invariant.
 *
 * Negative control: the same service on a repository that looks without locking breaks the invariants of
 * the races that rest on the locks.
 */
describe('acts on an event that race', () => {
  let instances: [TestApp, TestApp];
  let adminId: string;
  let shoppers: string[];
  let catalogItemId: string;
  const started = new Map<string, number>();
  const ended = new Map<string, number>();

  beforeAll(async () => {
    const first = await startTestApp();
    instances = [first, await startTestApp({}, first.database)];
    for (const { app } of instances)
      app.get(EventTransitions).onTransition(({ eventId, act }) => {
        const counts = act === 'start' ? started : ended;
        counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
      });
    adminId = (await createAdmin(first)).id;
    shoppers = await createShoppers(pool(), 64);
    await createDrop(pool(), { status: 'closed' });
    catalogItemId = (await pool().query('SELECT id FROM item_catalog LIMIT 1')).rows[0].id;
  });
  afterAll(async () => {
    await instances[1].close();
    await instances[0].close();
  });

  const pool = () => instances[0].database.pool;
  const row = async (eventId: string) =>
    (await pool().query('SELECT * FROM events WHERE id = $1', [eventId])).rows[0];

  /** Looks like the real one, but holds nothing. */
  class UnlockedEvents extends EventsRepository {
    override async lockWithItems(transaction: Transaction, id: string): Promise<LockedEvent | undefined> {
      const event = await this.find(id, transaction);
      return event && { status: event.status, version: event.version, at: event.at };
    }
  }

  type Service = (instance: TestApp) => EventsService;
  const real: Service = ({ app }) => app.get(EventsService);
  const unlocked: Service = ({ app }) =>
    new EventsService(
      new UnlockedEvents(app.get(Database)),
      app.get(CatalogService),
      app.get(DatabaseSignals),
      app.get(Settings),
    );

  /** The code of the refusal, or the version that the act left. */
  const outcome = (attempt: Promise<{ version: number }>): Promise<string | number> =>
    attempt.then(
      ({ version }) => version,
      (error: unknown) => {
        if (error instanceof AppError) return error.code;
        throw error;
      },
    );
  const inTransaction = (
    instance: TestApp,
    work: (transaction: Transaction) => Promise<{ version: number }>,
  ) => outcome(instance.app.get(Database).transaction(work));

  const edit = (
    service: Service,
    instance: TestApp,
    eventId: string,
    changes: Partial<UpdateEventRequest> = {},
  ) =>
    inTransaction(instance, (transaction) =>
      service(instance).update(transaction, eventId, 1, {
        title: 'Edited',
        startsAt: new Date(Date.now() + 3_600_000).toISOString(),
        endsAt: new Date(Date.now() + 7_200_000).toISOString(),
        items: [{ itemId: catalogItemId, price: { amount: 1, currency: 'USD' }, stock: 9 }],
        ...changes,
      }),
    );
  const open = (service: Service, instance: TestApp, eventId: string) =>
    inTransaction(instance, (transaction) => service(instance).forceOpen(transaction, eventId, adminId));
  const close = (service: Service, instance: TestApp, eventId: string) =>
    inTransaction(instance, (transaction) => service(instance).forceClose(transaction, eventId, adminId));

  /** Round trips make a head start that moves from round to round. */
  const headStart = async (roundTrips: number) => {
    for (let trip = 0; trip < roundTrips; trip++) await pool().query('SELECT 1');
  };
  /** A drop whose boundary is moments away, known to both schedulers. */
  const imminent = async (options: DropOptions): Promise<TestDrop> => {
    const drop = await createDrop(pool(), options);
    await pool().query('NOTIFY events_changed');
    return drop;
  };

  const MAX_ROUNDS = 150;

  /** Plays rounds until every winner named has won at least `times`; each round names its winner. */
  async function untilEachHasWon(
    names: string[],
    times: number,
    round: (index: number) => Promise<string>,
  ): Promise<void> {
    const wins = new Map(names.map((name) => [name, 0]));
    for (let index = 0; index < MAX_ROUNDS; index++) {
      const winner = await round(index);
      expect(names).toContain(winner);
      wins.set(winner, (wins.get(winner) as number) + 1);
      if ([...wins.values()].every((count) => count >= times)) return;
    }
    throw new Error(`After ${MAX_ROUNDS} rounds: ${JSON.stringify([...wins])}`);
  }

  describe('two edits of the same version', () => {
    const play = async (service: Service) => {
      const { eventId } = await createDrop(pool(), { status: 'locked', startsIn: 3600, endsIn: 7200 });
      const answers = await Promise.all(instances.map((instance) => edit(service, instance, eventId)));
      return { answers: answers.map(String).sort(), version: (await row(eventId)).version };
    };

    it('one wins, the other is told that the event has changed', async () => {
      for (let round = 0; round < 20; round++)
        expect(await play(real)).toEqual({ answers: ['2', 'EVENT_CHANGED'], version: 2 });
    });

    it('without locks one undoes the other (negative control)', async () => {
      let lost = false;
      for (let round = 0; round < MAX_ROUNDS && !lost; round++)
        lost = !(await play(unlocked)).answers.includes('EVENT_CHANGED');
      expect(lost).toBe(true);
    });
  });

  describe('an edit and a forced opening', () => {
    const play = async (service: Service, round: number) => {
      const { eventId } = await createDrop(pool(), { status: 'locked', startsIn: 3600, endsIn: 7200 });
      const [edited, opened] = await Promise.all([
        headStart(round % 3).then(() => edit(service, instances[0], eventId)),
        headStart((round >> 1) % 6).then(() => open(service, instances[1], eventId)),
      ]);
      const { version, status } = await row(eventId);
      return { edited, opened, version, status };
    };

    it('what was opened is what stays', async () => {
      await untilEachHasWon(['edit', 'opening'], 3, async (round) => {
        const { edited, opened, version, status } = await play(real, round);
        expect({ version, status }).toEqual({ version: opened, status: 'live' });
        expect(edited).toBe(version === 2 ? 2 : 'EVENT_NOT_EDITABLE');
        return version === 2 ? 'edit' : 'opening';
      });
    });

    it('without locks an edit changes what is open (negative control)', async () => {
      let broken = false;
      for (let round = 0; round < MAX_ROUNDS && !broken; round++) {
        const { opened, version, status } = await play(unlocked, round);
        broken = version !== opened || status !== 'live';
      }
      expect(broken).toBe(true);
    });
  });

  describe('an edit that postpones the start, as the start comes and shoppers buy', () => {
    it('is in time and nothing was sold, or comes too late and the drop is open', async () => {
      await untilEachHasWon(['edit', 'start'], 2, async (round) => {
        const drop = await imminent({ status: 'locked', startsIn: 0.06, stocks: [1000], perUserLimit: 100 });
        const startsAt = (await row(drop.eventId)).starts_at.getTime();
        const { item_id } = (
          await pool().query('SELECT item_id FROM event_items WHERE id = $1', [drop.itemId])
        ).rows[0];
        let sold = 0;
        let edited: string | number | undefined;
        const shop = async (userId: string) => {
          while (Date.now() < startsAt + 40 || (edited !== 2 && sold === 0))
            await orderOf(
              instances[1].app.get(ClaimService).claim({ userId, eventItemId: drop.itemId, quantity: 1 }),
            ).then(
              () => sold++,
              () => undefined,
            );
        };
        const postpone = async () => {
          await waitFor('the moment', () => Date.now() >= startsAt - 12 + (round % 16));
          edited = await edit(real, instances[0], drop.eventId, {
            items: [{ itemId: item_id, price: { amount: 1, currency: 'USD' }, stock: 1000 }],
          });
        };
        await Promise.all([postpone(), ...shoppers.slice(0, 4).map(shop)]);
        if (edited === 2) {
          expect(sold).toBe(0);
          expect((await row(drop.eventId)).status).toBe('locked');
          return 'edit';
        }
        expect(edited).toBe('EVENT_NOT_EDITABLE');
        expect(sold).toBeGreaterThan(0);
        return 'start';
      });
    });
  });

  it('a forced opening and the start: one of them opens', async () => {
    await untilEachHasWon(['force', 'start'], 3, async (round) => {
      const { eventId } = await imminent({ status: 'locked', startsIn: 0.04 });
      const startsAt = (await row(eventId)).starts_at.getTime();
      await waitFor('the moment', () => Date.now() >= startsAt - 8 + (round % 12));
      const forced = await open(real, instances[round % 2]!, eventId);
      if (forced === 'EVENT_NOT_LOCKED') await waitFor('the start', () => started.has(eventId));
      // By now the start has passed, so the schedulers have looked, or are woken to look once more.
      await waitFor('the start to pass', () => Date.now() > startsAt);
      const { eventId: later } = await imminent({ status: 'locked', startsIn: -1 });
      await waitFor('the schedulers to have looked', () => started.has(later));
      const { status, force_opened_at } = await row(eventId);
      expect(status).toBe('live');
      expect([started.get(eventId) ?? 0, force_opened_at !== null]).toEqual(
        forced === 1 ? [0, true] : [1, false],
      );
      return forced === 1 ? 'force' : 'start';
    });
  });

  it('a forced closing and the end: one of them closes', async () => {
    await untilEachHasWon(['force', 'end'], 3, async (round) => {
      const { eventId } = await imminent({ status: 'live', endsIn: 0.04 });
      const endsAt = (await row(eventId)).ends_at.getTime();
      await waitFor('the moment', () => Date.now() >= endsAt - 8 + (round % 12));
      const answers = await Promise.all(instances.map((instance) => close(real, instance, eventId)));
      const forced = answers.filter((answer) => answer === 1).length;
      if (forced === 0) await waitFor('the end', () => ended.has(eventId));
      await waitFor('the end to pass', () => Date.now() > endsAt);
      const { eventId: later } = await imminent({ status: 'live', endsIn: -1 });
      await waitFor('the schedulers to have looked', () => ended.has(later));
      const { status, force_closed_at } = await row(eventId);
      expect(status).toBe('closed');
      expect([ended.get(eventId) ?? 0, forced, force_closed_at !== null]).toEqual(
        forced > 0 ? [0, 1, true] : [1, 0, false],
      );
      return forced > 0 ? 'force' : 'end';
    });
  });

  describe('a forced closing, as shoppers buy', () => {
    /** How many orders were decided after the close. */
    const play = async (service: Service, round: number) => {
      const drop = await createDrop(pool(), { stocks: [100_000], perUserLimit: 100_000 });
      let closed = false;
      let sold = 0;
      const shop = async (userId: string) => {
        for (let refused = false; !refused;)
          await orderOf(
            instances[1].app.get(ClaimService).claim({ userId, eventItemId: drop.itemId, quantity: 1 }),
          ).then(
            () => sold++,
            (error: AppError) => {
              expect(error.code).toBe('EVENT_NOT_LIVE');
              refused = true;
            },
          );
        expect(closed || (await row(drop.eventId)).status === 'closed').toBe(true);
      };
      const act = async () => {
        await waitFor('the first sales', () => sold > 10 + (round % 7) * 5);
        await close(service, instances[0], drop.eventId);
        closed = true;
      };
      await Promise.all([act(), ...shoppers.map(shop)]);
      const { rows } = await pool().query(
        `SELECT count(*)::int AS late FROM orders o, events e
         WHERE e.id = $2 AND o.event_item_id = $1 AND o.created_at > e.closed_at`,
        [drop.itemId, drop.eventId],
      );
      return rows[0].late as number;
    };

    it('nothing is sold after it', async () => {
      for (let round = 0; round < 15; round++) expect(await play(real, round)).toBe(0);
    });

    it('without locks something is (negative control)', async () => {
      let late = 0;
      for (let round = 0; round < MAX_ROUNDS && late === 0; round++) late = await play(unlocked, round);
      expect(late).toBeGreaterThan(0);
    });
  });
});
