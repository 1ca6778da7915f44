/**
 * Does a purchase cost more when the shop has grown? The rush of bench/purchase.ts on one process, with
 *
 *   one drop                 200 connections, one hot item, nothing else in the shop
 *   1,000 live drops         the same rush, spread over 1,000 drops that are live at once
 *   5,000 connections        the first again, with 5,000 clients
 *
 * each before and after 10 million old orders have been put in the history:
 *
 *   npm run bench:growth -- [--old-orders 10000000] [--rounds 3] [--requests 30000] [--json FILE]
 *
 * Ten million orders take some ten minutes to make and 4 GB of the temporary folder. Prints a Markdown table.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Api, type Buyer } from '../lab/api.ts';
import { median } from '../lab/compare.ts';
import { describeMachine } from '../lab/machine.ts';
import { Requests } from '../lab/requests.ts';
import { EmbeddedTarget, residentMegabytes } from '../lab/target.ts';
import { fire, markdownTable, postmasterPid, type Measurement } from './measure.ts';

const HOUR_SECONDS = 3_600;
const LIVE_EVENTS = 1_000;
const OLD_SHOPPERS = 100_000;
const CHUNK = 250_000;

const cases = {
  'one drop': { connections: 200, spread: false },
  '1,000 live drops': { connections: 200, spread: true },
  '5,000 connections': { connections: 5_000, spread: false },
} as const;
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[];

type Grown = Measurement & { kilobytesPerConnection: number };

const { values } = parseArgs({
  options: {
    'old-orders': { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '30000' },
    json: { type: 'string' },
  },
});
const oldOrders = Number(values['old-orders']);
const rounds = Number(values.rounds);
const requests = Number(values.requests);

const target = await EmbeddedTarget.start({ LOG_LEVEL: 'error' }, 1);
const pool = new pg.Pool({ connectionString: target.databaseUrl, max: 1 });
try {
  const api = new Api(target.origins, target.adminEmail, target.adminPassword);
  await api.login();
  const postmaster = await postmasterPid(pool);
  const stages: { oldOrders: number; figures: Record<Case, Grown> }[] = [];
  stages.push({ oldOrders: 0, figures: await measureAll(api, postmaster) });
  if (oldOrders > 0) {
    await writeHistory(api);
    stages.push({ oldOrders, figures: await measureAll(api, postmaster) });
  }
  const bytesPerOrder = await bytesOfAnOrder();
  print(stages);
  console.log(`\nan order at rest, with its indexes: ${bytesPerOrder} bytes`);
  if (values.json)
    await writeFile(
      values.json,
      `${JSON.stringify({ stages, bytesPerOrder, rounds, requests, machine: describeMachine() }, null, 2)}\n`,
    );
  const all = stages.flatMap(({ figures }) => Object.values(figures));
  if (all.some(({ unexpected }) => unexpected > 0)) process.exitCode = 1;
} finally {
  await pool.end();
  await target.stop();
}

async function measureAll(api: Api, postmaster: number): Promise<Record<Case, Grown>> {
  const all = Object.fromEntries(names.map((name) => [name, [] as Grown[]])) as Record<Case, Grown[]>;
  // Round 0 warms up. It is also the one in which connections need memory that the process has not had yet.
  const memory: Partial<Record<Case, number>> = {};
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const measured = await measure(name, api, postmaster, round === 0 ? requests / 5 : requests);
      memory[name] ??= measured.kilobytesPerConnection;
      if (round === 0) continue;
      all[name].push({ ...measured, kilobytesPerConnection: memory[name] });
      console.log(
        `round ${round}  ${name.padEnd(20)}${Math.round(measured.perSecond)} /s  p99 ${measured.p99Ms.toFixed(1)} ms`,
      );
    }
  return Object.fromEntries(names.map((name) => [name, medianOf(all[name])])) as Record<Case, Grown>;
}

async function measure(name: Case, api: Api, postmaster: number, count: number): Promise<Grown> {
  const { connections, spread } = cases[name];
  const runId = randomBytes(5).toString('hex');
  const buyers = await api.makeBuyers(runId, count, HOUR_SECONDS, () => undefined);
  const drop = await api.makeDrop({
    runId,
    items: 1,
    stock: count,
    perUserLimit: 1,
    leadMs: -1_000,
    openSeconds: HOUR_SECONDS,
    reservationTtlSeconds: HOUR_SECONDS,
  });
  const [item] = drop.items;
  const items = spread ? await openManyLike(drop.id, count) : [item?.id as string];
  const origin = target.origins[0] as string;
  const build = new Requests(origin);
  const [server] = target.pids as [number];
  const before = (await residentMegabytes(server)) ?? 0;
  let opened = before;
  const measured = await fire(
    {
      origins: [origin],
      connections,
      requests: count,
      expected: 201,
      request: (index) =>
        build.purchase(
          items[index % items.length] as string,
          (buyers[index] as Buyer).accessToken,
          `${runId}-${index}`,
        ),
      onOpen: async (client) => {
        // What a connection holds, it holds since its first request.
        await Promise.all(Array.from({ length: connections }, () => client.send(build.get('/health/live'))));
        opened = (await residentMegabytes(server)) ?? 0;
      },
    },
    { nodePids: [server], postmaster },
  );
  await api.closeEvent(drop.id);
  if (spread)
    await pool.query(`UPDATE events SET status = 'closed', closed_at = now() WHERE status = 'live'`);
  return { ...measured, kilobytesPerConnection: ((opened - before) * 1024) / connections };
}

/** Live drops of one item each, copies of one that exists. */
async function openManyLike(eventId: string, stock: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH copies AS (
       INSERT INTO events (id, title, description, status, starts_at, ends_at, reservation_ttl_seconds, opened_at)
       SELECT uuidv7(), title || ' ' || n, description, 'live', starts_at, ends_at, reservation_ttl_seconds, now()
       FROM events, generate_series(1, $2) AS n WHERE id = $1
       RETURNING id
     )
     INSERT INTO event_items
       (id, event_id, item_id, position, price_minor, currency, stock_total, stock_remaining, per_user_limit)
     SELECT uuidv7(), copies.id, item_id, position, price_minor, currency, $3, $3, per_user_limit
     FROM copies, event_items WHERE event_id = $1
     RETURNING id`,
    [eventId, LIVE_EVENTS, stock],
  );
  return rows.map(({ id }) => id);
}

/** Orders of the last two years by shoppers who exist, most of them confirmed, as the shop would have left them. */
async function writeHistory(api: Api): Promise<void> {
  console.log(`writing ${oldOrders} old orders …`);
  await api.makeBuyers(randomBytes(5).toString('hex'), OLD_SHOPPERS, 60, () => undefined);
  // As a restored dump would be written: what it refers to is known to exist.
  await pool.query(`SET session_replication_role = replica`);
  await pool.query(`SET synchronous_commit = off`);
  await pool.query(
    `CREATE TEMP TABLE old_shoppers AS SELECT (row_number() OVER () - 1)::integer AS n, id FROM users`,
  );
  await pool.query(`CREATE UNIQUE INDEX ON old_shoppers (n)`);
  await pool.query(
    `CREATE TEMP TABLE old_items AS
     SELECT (row_number() OVER () - 1)::integer AS n, id, price_minor, currency FROM event_items LIMIT 1000`,
  );
  await pool.query(`ANALYZE old_shoppers, old_items`);
  for (let from = 0; from < oldOrders; from += CHUNK) {
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until,
                           idempotency_key, created_at, confirmed_at, released_at, release_reason)
       SELECT uuidv7(made.at - now()), s.id, i.id, 1, i.price_minor, i.currency,
              CASE WHEN o % 5 > 0 THEN 'confirmed' ELSE 'expired' END, made.at + interval '5 minutes',
              'old-' || o, made.at,
              CASE WHEN o % 5 > 0 THEN made.at END, CASE WHEN o % 5 = 0 THEN made.at END,
              CASE WHEN o % 5 = 0 THEN 'expiry' END
       FROM generate_series($1::bigint, $2::bigint) AS o
       CROSS JOIN LATERAL (SELECT now() - interval '2 years' + o * interval '2 years' / $3::bigint AS at) AS made
       JOIN old_shoppers s ON s.n = (o * 7919) % (SELECT count(*) FROM old_shoppers)
       JOIN old_items i ON i.n = o * (SELECT count(*) FROM old_items) / $3::bigint`,
      [from, Math.min(from + CHUNK, oldOrders) - 1, oldOrders],
    );
    if ((from / CHUNK) % 4 === 3) console.log(`  ${from + CHUNK}`);
  }
  await pool.query(`RESET session_replication_role`);
  await pool.query(`RESET synchronous_commit`);
  await pool.query('VACUUM (ANALYZE) orders');
  await pool.query('CHECKPOINT');
}

async function bytesOfAnOrder(): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('orders') / greatest(count(*), 1) AS bytes FROM orders`,
  );
  return Number(rows[0]?.bytes);
}

function medianOf(all: readonly Grown[]): Grown {
  const of = (pick: (one: Grown) => number) => median(all.map(pick)) ?? 0;
  return {
    perSecond: of((one) => one.perSecond),
    p50Ms: of((one) => one.p50Ms),
    p99Ms: of((one) => one.p99Ms),
    cpuMsPerRequest: {
      node: of((one) => one.cpuMsPerRequest.node),
      postgres: of((one) => one.cpuMsPerRequest.postgres),
      load: of((one) => one.cpuMsPerRequest.load),
    },
    unexpected: all.reduce((sum, { unexpected }) => sum + unexpected, 0),
    kilobytesPerConnection: of((one) => one.kilobytesPerConnection),
  };
}

function print(stages: readonly { oldOrders: number; figures: Record<Case, Grown> }[]): void {
  const rows = stages.flatMap((stage) =>
    names.map((name) => {
      const { perSecond, p50Ms, p99Ms, cpuMsPerRequest, kilobytesPerConnection } = stage.figures[name];
      return [
        `${name}, ${stage.oldOrders.toLocaleString('en')} old orders`,
        perSecond.toFixed(0),
        p50Ms.toFixed(1),
        p99Ms.toFixed(1),
        (cpuMsPerRequest.node * 1000).toFixed(0),
        (cpuMsPerRequest.postgres * 1000).toFixed(0),
        // With few connections, or memory that was there already, it would tell nothing.
        stage.oldOrders === 0 && cases[name].connections > 1_000 ? kilobytesPerConnection.toFixed(0) : '',
      ];
    }),
  );
  console.log(
    `\n${markdownTable(['', 'orders/s', 'p50 ms', 'p99 ms', 'node µs', 'PostgreSQL µs', 'kB/connection'], rows)}`,
  );
}
