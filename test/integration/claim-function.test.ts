import { readFileSync } from 'node:fs';
import pg from 'pg';
import { newId, newIds } from '../../src/platform/values/index.js';
import { createDrop, createShoppers, stockOf } from '../support/drops.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const CLAIM_ORDERS = readFileSync('src/platform/database/functions/claim_orders.sql', 'utf8');

/** claim_orders itself: what it promises to other transactions and to a growing table. */
describe('claim_orders', () => {
  let database: TestDatabase;
  let clients: [pg.Client, pg.Client];
  let shoppers: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    clients = [
      new pg.Client({ connectionString: database.url }),
      new pg.Client({ connectionString: database.url }),
    ];
    for (const client of clients) await client.connect();
    shoppers = await createShoppers(database.pool, 300);
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    await database.drop();
  });

  const claim = async (client: pg.Client, itemId: string, users: string[], key: string | null) => {
    const { rows } = await client.query({
      name: 'claim-orders',
      text: 'SELECT outcomes FROM claim_orders($1, $2, $3, $4, $5, $6)',
      values: [
        [itemId],
        users.map(() => 1),
        newIds(users.length),
        users,
        users.map(() => 1),
        users.map(() => key),
      ],
    });
    return rows[0].outcomes as string;
  };
  /** One batch of single units for several items, the users' turns as given. */
  const claimSeveral = async (
    itemIds: string[],
    turns: [item: number, user: string, key: string | null][],
  ) => {
    const { rows } = await clients[0].query(
      'SELECT outcomes, event_id, stock_remaining, replays FROM claim_orders($1, $2, $3, $4, $5, $6)',
      [
        itemIds,
        turns.map(([item]) => item + 1),
        newIds(turns.length),
        turns.map(([, user]) => user),
        turns.map(() => 1),
        turns.map(([, , key]) => key),
      ],
    );
    return rows as { outcomes: string; event_id: string | null; stock_remaining: number; replays: object }[];
  };
  const [anna, ben, cleo] = [0, 1, 2] as const;
  const count = (outcomes: string, letter: string) => outcomes.split(letter).length - 1;

  /** Both items' batches carry the same keys, one in the reverse order of the other. */
  const collide = async (round: number) => {
    const { itemIds } = await createDrop(database.pool, { stocks: [1000, 1000] });
    const outcomes = await Promise.all([
      claim(clients[0], itemIds[0] as string, shoppers, `round ${round}`),
      claim(clients[1], itemIds[1] as string, shoppers.toReversed(), `round ${round}`),
    ]);
    return { itemIds, outcomes };
  };

  it('lets batches of two items with the same keys wait for each other, never in a circle', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { itemIds, outcomes } = await collide(round);
      const granted = outcomes.map((outcome) => count(outcome, 'G'));
      expect((granted[0] as number) + (granted[1] as number)).toBe(shoppers.length);
      expect(count(outcomes.join(''), 'K')).toBe(shoppers.length);
      for (const index of [0, 1])
        expect(await stockOf(database.pool, itemIds[index] as string)).toBe(
          1000 - (granted[index] as number),
        );
    }
  });

  it('would wait in a circle if it inserted in the order of arrival (negative control)', async () => {
    const unsorted = CLAIM_ORDERS.replace('ORDER BY r.user_id, r.key COLLATE "C"', '');
    expect(unsorted).not.toContain('COLLATE');
    await database.pool.query(unsorted);
    let deadlock: unknown;
    for (let round = 100; round < 160 && !deadlock; round += 1)
      await collide(round).catch((error: unknown) => (deadlock = error));
    await database.pool.query(CLAIM_ORDERS);
    expect(deadlock).toMatchObject({ code: '40P01' });
  });

  it('decides for several items as it would for each alone', async () => {
    const { itemIds } = await createDrop(database.pool, { stocks: [1, 2, 1000], perUserLimit: 1 });
    const nobody = newId();
    const who = (index: number) => shoppers[index] as string;
    await claimSeveral([itemIds[2] as string], [[0, who(anna), 'first']]);
    const rows = await claimSeveral(
      [...itemIds, nobody],
      [
        [0, who(anna), null],
        [0, who(ben), null],
        [1, who(ben), 'twice'],
        [1, who(ben), 'twice'],
        [1, who(cleo), 'new'],
        [1, who(anna), null],
        [2, who(anna), 'first'],
        [2, who(anna), null],
        [2, who(cleo), null],
        [2, nobody, null],
        [3, who(anna), null],
      ],
    );
    expect(rows.map(({ outcomes, stock_remaining }) => [outcomes, stock_remaining])).toEqual([
      ['GS', 0],
      ['GRGS', 0],
      ['RLGU', 998],
      ['X', null],
    ]);
    expect(Object.keys(rows[0]?.replays ?? {})).toEqual(['4', '7']);
    for (const index of [0, 1, 2])
      expect(await stockOf(database.pool, itemIds[index] as string)).toBe([0, 0, 998][index]);
  });

  it('gives one key to one of two items in a batch', async () => {
    const { itemIds } = await createDrop(database.pool, { stocks: [10, 10] });
    const rows = await claimSeveral(itemIds, [
      [0, shoppers[0] as string, 'shared'],
      [1, shoppers[0] as string, 'shared'],
    ]);
    expect(rows.map(({ outcomes }) => outcomes).sort()).toEqual(['G', 'K']);
    const stocks = await Promise.all(itemIds.map((id) => stockOf(database.pool, id)));
    expect(stocks.sort()).toEqual([10, 9]);
    expect(rows.map(({ stock_remaining }) => stock_remaining).sort()).toEqual([10, 9]);
  });

  it('lets batches of the same items in different orders wait for each other, never in a circle', async () => {
    const { itemIds } = await createDrop(database.pool, { stocks: [1000, 1000, 1000], perUserLimit: 1000 });
    const takeAll = (client: pg.Client, items: string[]) =>
      client.query('SELECT outcomes FROM claim_orders($1, $2, $3, $4, $5, $6)', [
        items,
        [1, 2, 3],
        newIds(3),
        shoppers.slice(0, 3),
        [1, 1, 1],
        [null, null, null],
      ]);
    for (let round = 0; round < 50; round += 1)
      await Promise.all([takeAll(clients[0], itemIds), takeAll(clients[1], itemIds.toReversed())]);
    for (const itemId of itemIds) expect(await stockOf(database.pool, itemId)).toBe(900);
  });

  it('walks indexes, though its plan was made while there were no orders', async () => {
    const { itemId } = await createDrop(database.pool, { stocks: [10_000], perUserLimit: 100 });
    const scans = async () => {
      await clients[0].query('SELECT pg_stat_force_next_flush()');
      const { rows } = await clients[0].query(
        `SELECT sum(seq_scan)::integer AS scans FROM pg_stat_user_tables
         WHERE relname IN ('orders', 'users', 'event_items', 'events')`,
      );
      return rows[0].scans as number;
    };
    const before = await scans();
    for (let batch = 0; batch < 10; batch += 1)
      expect(await claim(clients[0], itemId, shoppers, `plan ${batch}`)).toMatch(/^G+$/);
    expect(await scans()).toBe(before);
  });

  it('neither locks nor writes when nothing can be sold', async () => {
    const { itemId } = await createDrop(database.pool, { stocks: [1] });
    expect(await claim(clients[0], itemId, shoppers.slice(0, 1), null)).toBe('G');
    const [holder, asker] = clients;
    await holder.query('BEGIN');
    await holder.query('SELECT FROM event_items WHERE id = $1 FOR UPDATE', [itemId]);
    await asker.query('BEGIN');
    expect(await claim(asker, itemId, shoppers.slice(0, 2), null)).toBe('SS');
    const { rows } = await asker.query('SELECT pg_current_xact_id_if_assigned() AS id');
    expect(rows[0].id).toBeNull();
    await asker.query('ROLLBACK');
    await holder.query('ROLLBACK');
  });

  describe('the price seen', () => {
    const claimAt = async (
      client: pg.Client,
      itemId: string,
      prices: [amount: number, currency: string][],
      key?: string,
    ) => {
      const { rows } = await client.query(
        'SELECT outcomes FROM claim_orders($1, $2, $3, $4, $5, $6, $7, $8)',
        [
          [itemId],
          prices.map(() => 1),
          newIds(prices.length),
          prices.map((_, index) => shoppers[key ? 0 : index]),
          prices.map(() => 1),
          prices.map(() => key ?? null),
          prices.map(([amount]) => amount),
          prices.map(([, currency]) => currency),
        ],
      );
      return rows[0].outcomes as string;
    };

    it('decides each of a batch by its own price, and a replay by its key alone', async () => {
      const { itemId } = await createDrop(database.pool, { stocks: [2], priceMinor: 500 });
      expect(
        await claimAt(clients[0], itemId, [
          [400, 'USD'],
          [500, 'EUR'],
          [500, 'USD'],
        ]),
      ).toBe('PPG');
      const other = await createDrop(database.pool, { stocks: [1], priceMinor: 500 });
      const same = [
        [500, 'USD'],
        [400, 'USD'],
      ] as [number, string][];
      expect(await claimAt(clients[0], other.itemId, same, 'priced')).toBe('GR');
      // Sold out comes first, as an instance says it from memory.
      expect(await claimAt(clients[0], other.itemId, [[400, 'USD']])).toBe('S');
    });

    /** A claim at the price of before, made while an edit of the price is being committed. */
    const raceWithEdit = async (prices: [number, string][]) => {
      const { itemId } = await createDrop(database.pool, { priceMinor: 500 });
      await clients[0].query('BEGIN');
      await clients[0].query('UPDATE event_items SET price_minor = 900 WHERE id = $1', [itemId]);
      const claimed = claimAt(clients[1], itemId, prices);
      expect(await Promise.race([claimed, waitForLock(clients[1])])).toBe('waits');
      await clients[0].query('COMMIT');
      return claimed;
    };

    it('is compared under the lock, so an edit that commits first counts', async () => {
      expect(await raceWithEdit([[500, 'USD']])).toBe('P');
    });

    it('that nobody names lets the edit pass unseen (negative control)', async () => {
      expect(await raceWithEdit([[null, null] as unknown as [number, string]])).toBe('G');
    });
  });

  describe('what orders refer to', () => {
    const remove = (table: 'users' | 'event_items', id: string) =>
      clients[0].query(`DELETE FROM ${table} WHERE id = $1`, [id]).then(
        () => 'gone',
        (error: { code?: string }) => error.code,
      );
    const FOREIGN_KEY_VIOLATION = '23503';

    it('keeps an item that has orders, and lets one without them go', async () => {
      const { itemIds } = await createDrop(database.pool, { stocks: [5, 5] });
      const [sold, unsold] = itemIds as [string, string];
      expect(await claim(clients[1], sold, shoppers.slice(0, 1), null)).toBe('G');
      expect(await remove('event_items', sold)).toBe(FOREIGN_KEY_VIOLATION);
      expect(await remove('event_items', unsold)).toBe('gone');
    });

    it('keeps an item whose first orders are being committed while it is deleted', async () => {
      const { itemId } = await createDrop(database.pool, { stocks: [5] });
      await clients[1].query('BEGIN');
      expect(await claim(clients[1], itemId, shoppers.slice(0, 1), null)).toBe('G');
      const removed = remove('event_items', itemId);
      expect(await Promise.race([removed, waitForLock(clients[0])])).toBe('waits');
      await clients[1].query('COMMIT');
      expect(await removed).toBe(FOREIGN_KEY_VIOLATION);
      expect(await stockOf(database.pool, itemId)).toBe(4);
    });

    it('would lose it without the trigger (negative control)', async () => {
      const { itemId } = await createDrop(database.pool, { stocks: [5] });
      expect(await claim(clients[1], itemId, shoppers.slice(0, 1), null)).toBe('G');
      await database.pool.query('ALTER TABLE event_items DISABLE TRIGGER sold_items_are_kept');
      expect(await remove('event_items', itemId)).toBe('gone');
      await database.pool.query('ALTER TABLE event_items ENABLE TRIGGER sold_items_are_kept');
    });

    it('keeps every user, with orders or without', async () => {
      const [user] = await createShoppers(database.pool, 1);
      expect(await remove('users', user as string)).toBe(FOREIGN_KEY_VIOLATION);
    });

    it('sells nothing to a user or of an item that does not exist', async () => {
      const { itemId } = await createDrop(database.pool, { stocks: [5] });
      expect(await claim(clients[0], itemId, [newId()], null)).toBe('U');
      expect(await claim(clients[0], newId(), shoppers.slice(0, 1), null)).toBe('X');
    });
  });

  /** Resolves when the client's statement waits for another transaction. */
  const waitForLock = async (client: pg.Client) => {
    const { processID } = client as unknown as { processID: number };
    for (;;) {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`,
        [processID],
      );
      if (rows.length > 0) return 'waits';
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
});
