import { readFileSync } from 'node:fs';
import pg from 'pg';
import { newId, newIds } from '../../src/platform/values/index.js';
import { createDrop, createShoppers } from '../support/drops.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/**
 * Goal: no statement on a purchase's path reads the whole of `orders`, however old the plan or the statistics are.
 *
 * Method: a connection makes its plans while there are no orders; then 200,000 come without an ANALYZE, then with one.
 * PostgreSQL's own count of sequential scans must stand still. Negative control: the same functions without their
 * settings.
 */
const FUNCTIONS = [
  'claim_orders',
  'confirm_orders',
  'cancel_orders',
  'expire_orders',
  'cancel_orders_of_closed_event',
  'buyers_of_gone',
];

describe('plans of the purchase path', () => {
  let database: TestDatabase;
  let early: pg.Client;
  let shoppers: string[];
  let itemId: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    await database.pool.query('ALTER TABLE orders SET (autovacuum_enabled = off)');
    shoppers = await createShoppers(database.pool, 50);
    ({ itemId } = await createDrop(database.pool, { stocks: [1_000_000], perUserLimit: 1_000_000 }));
    early = await connect();
  });
  afterEach(async () => {
    await early.end();
    await database.drop();
  });

  const connect = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };

  const scans = async (client: pg.Client) => {
    await client.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await client.query(
      `SELECT seq_scan::integer AS scans FROM pg_stat_user_tables WHERE relname = 'orders'`,
    );
    return rows[0].scans as number;
  };

  /** Walks the path often enough for the connection to keep its plans. */
  const walk = async (client: pg.Client) => {
    const call = (name: string, text: string, values: unknown[]) => client.query({ name, text, values });
    for (let round = 0; round < 8; round += 1) {
      const ids = newIds(shoppers.length);
      const ones = shoppers.map(() => 1);
      const keys = ids.map((id) => `key ${id}`);
      await call('claim', 'SELECT * FROM claim_orders($1, $2, $3, $4, $5, $6)', [
        [itemId],
        ones,
        ids,
        shoppers,
        ones,
        keys,
      ]);
      await call('confirm', 'SELECT * FROM confirm_orders($1, $2)', [
        ids.slice(0, 10),
        shoppers.slice(0, 10),
      ]);
      await call('cancel', 'SELECT * FROM cancel_orders($1, $2)', [
        ids.slice(10, 20),
        shoppers.slice(10, 20),
      ]);
      await call('closed', 'SELECT * FROM cancel_orders_of_closed_event($1)', [ids.slice(20, 30)]);
      await client.query(
        `UPDATE orders SET reserved_until = now() - interval '1 second' WHERE id = ANY ($1)`,
        [ids.slice(30, 40)],
      );
      await call('expire', 'SELECT * FROM expire_orders($1)', [500]);
      await call('buyers', 'SELECT * FROM buyers_of_gone($1, $2)', [itemId, 1_000]);
    }
  };

  /** Orders of others, so that those of ours stay few; their ids ascend, which fills the indexes fast. */
  const grow = () =>
    database.pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until, created_at)
       SELECT uuidv7(), uuidv7(), $1, 1, 100, 'USD', 'confirmed', now(), now()
       FROM generate_series(1, 200000)`,
      [newId()],
    );

  /** Sequential scans of the grown table: on plans from before, and on new ones without and with statistics. */
  const scansOfGrown = async () => {
    await database.pool.query('ANALYZE orders');
    await walk(early);
    await grow();
    const counts: number[] = [];
    const measure = async (client: pg.Client) => {
      const before = await scans(client);
      await walk(client);
      counts.push((await scans(client)) - before);
    };
    await measure(early);
    const late = await connect();
    await measure(late);
    await database.pool.query('ANALYZE orders');
    await measure(late);
    await late.end();
    return counts;
  };

  it('never read the whole table, with empty, stale and fresh statistics', async () => {
    expect(await scansOfGrown()).toEqual([0, 0, 0]);
  }, 180_000);

  it('would flip without the settings of the functions (negative control)', async () => {
    for (const name of FUNCTIONS)
      await database.pool.query(
        readFileSync(`src/platform/database/functions/${name}.sql`, 'utf8').replace(
          /^SET enable_\w+ = off\n/gm,
          '',
        ),
      );
    expect(Math.max(...(await scansOfGrown()))).toBeGreaterThan(0);
  }, 180_000);
});
