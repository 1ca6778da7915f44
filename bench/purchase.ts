/**
 * How fast is a purchase, and against what? On one machine in one run, with full durability (fsync and
 * synchronous commit on), distinct buyers, the per-user limit and idempotency keys in force:
 *
 *   naive             one TypeORM transaction per request, with the same checks
 *   ours              SwiftDrop, one process, one hot item
 *   oursTwoProcesses  two of them on one database
 *   refusals          SwiftDrop, one process, sold out
 *   spread            SwiftDrop, one process, the stock spread over 50 items
 *   ceiling           a Nest route that does nothing, asked with the same headers
 *   database          one transaction per order on one hot row, without any server
 *
 *   npm run bench:purchase -- [--rounds 9] [--connections 500] [--scale 1] [--json FILE]
 *
 * Rounds alternate, so that what else the machine does falls on all alike; the median of each figure and of
 * each round's ratios counts. The load runs on the same machine.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Api, type Buyer, type Drop } from '../lab/api.ts';
import { median } from '../lab/compare.ts';
import { HttpClient } from '../lab/load/http-client.ts';
import { newHistogram, percentilesOf } from '../lab/load/meter.ts';
import { openLoop } from '../lab/load/pace.ts';
import { describeMachine } from '../lab/machine.ts';
import { Random } from '../lab/random.ts';
import { Requests } from '../lab/requests.ts';
import { EmbeddedTarget } from '../lab/target.ts';
import { viewDuring } from './page-views.ts';
import { fire, lanes, markdownTable, postmasterPid, type Figure, type Measurement } from './measure.ts';
import { HOUR_SECONDS, measureSale, openDrop, SALE_REQUESTS } from './sale.ts';

const ways = ['naive', 'ours', 'oursTwoProcesses', 'refusals', 'spread', 'ceiling', 'database'] as const;
type Way = (typeof ways)[number];

/** A page looked at alone and beside a rush; the ratio is the median of the rounds'. */
interface Look {
  aloneP99Ms: number;
  besideRushP99Ms: number;
  ratioP99: number;
}

/** Whence the page comes that is looked at. */
const pagesFrom = {
  rushingProcess: 'a page of the process that sells',
  otherProcess: 'a page of another process on the same database',
  emptyAnswer: 'an empty answer of a process that does nothing else',
} as const;
type PageFrom = keyof typeof pagesFrom;

/** Requests of one measurement. */
const REQUESTS: Record<Way, number> = {
  naive: 1_000,
  ours: SALE_REQUESTS.hot,
  oursTwoProcesses: SALE_REQUESTS.hot,
  refusals: SALE_REQUESTS.refusals,
  spread: SALE_REQUESTS.spread,
  ceiling: 20_000,
  database: 2_000,
};
/** While a page is looked at. */
const RUSH_REQUESTS = 20_000;
/** With two connections one commits while the other waits for the row; more only queue there. */
const DATABASE_CONNECTIONS = 2;
const STEADY_SHARE = 0.6;
const STEADY_SECONDS = 5;
/** A host that stops for a tenth of a second makes one of them worthless. */
const STEADY_ROUNDS = 5;
const BROWSES_PER_SECOND = 200;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    connections: { type: 'string', default: '500' },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const scale = Number(values.scale);

const jwtSecret = randomBytes(48).toString('base64url');
const target = await EmbeddedTarget.start({ JWT_SECRET: jwtSecret, LOG_LEVEL: 'error' }, 2);
let rival: ChildProcess | undefined;
const pool = new pg.Pool({ connectionString: target.databaseUrl, max: DATABASE_CONNECTIONS });
try {
  const { rows } = await pool.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
            current_setting('server_version') AS version`,
  );
  if (rows[0].fsync !== 'on' || rows[0].commit !== 'on') throw new Error('the database is not fully durable');
  rival = fork(join(import.meta.dirname, 'naive-server.ts'), {
    env: { PATH: process.env.PATH, DATABASE_URL: target.databaseUrl, JWT_SECRET: jwtSecret },
  });
  const [{ port }] = (await once(rival, 'message')) as [{ port: number }];
  await benchmark(`http://127.0.0.1:${port}`, rows[0].version);
} finally {
  await pool.end();
  if (rival?.exitCode === null) {
    rival.kill('SIGTERM');
    await once(rival, 'exit');
  }
  await target.stop();
}

async function benchmark(rivalOrigin: string, postgresVersion: string): Promise<void> {
  const api = new Api(target.origins, target.adminEmail, target.adminPassword);
  await api.login();
  const postmaster = await postmasterPid(pool);
  const all: Record<Way, Measurement[]> = {
    naive: [],
    ours: [],
    oursTwoProcesses: [],
    refusals: [],
    spread: [],
    ceiling: [],
    database: [],
  };
  for (let round = 0; round <= rounds; round++) {
    for (const way of ways) {
      const requests = Math.ceil(REQUESTS[way] * scale);
      const measured = await measure(way, requests, api, rivalOrigin, postmaster);
      // Round 0 warms up: the first ten thousands of requests of a process say more of its compiler than of its work.
      if (round === 0) continue;
      all[way].push(measured);
      const { perSecond, p50Ms, p99Ms, unexpected } = measured;
      console.log(
        `round ${round}  ${way.padEnd(17)}${Math.round(perSecond).toString().padStart(7)} /s` +
          `  p50 ${p50Ms.toFixed(1).padStart(6)} ms  p99 ${p99Ms.toFixed(1).padStart(6)} ms` +
          (unexpected > 0 ? `  ${unexpected} unexpected answers` : ''),
      );
    }
  }
  const figures = Object.fromEntries(ways.map((way) => [way, medianFigure(all[way])])) as Record<Way, Figure>;
  const ratio = (over: Way, under: Way) =>
    median(all[over].map((one, round) => one.perSecond / (all[under][round] as Measurement).perSecond));
  const ratios = {
    oursToNaive: ratio('ours', 'naive'),
    oursToCeiling: ratio('ours', 'ceiling'),
    refusalsToCeiling: ratio('refusals', 'ceiling'),
    spreadToHot: ratio('spread', 'ours'),
    twoProcessesToOne: ratio('oursTwoProcesses', 'ours'),
    oursToDatabase: ratio('ours', 'database'),
  };
  const cpu = Object.fromEntries(
    ways.map((way) => [
      way,
      Object.fromEntries(
        (['node', 'postgres', 'load'] as const).map((part) => [
          part,
          median(all[way].map((one) => one.cpuMsPerRequest[part])),
        ]),
      ),
    ]),
  );
  const rate = figures.ours.perSecond * STEADY_SHARE;
  const steadies: Figure[] = [];
  for (let round = 1; round <= STEADY_ROUNDS; round++) steadies.push(await steadyAt(rate, api));
  const steady = { rate: Math.round(rate), ...medianFigure(steadies) };
  const browse = await browseBesideRush(api, rivalOrigin);
  print(figures, ratios, cpu, steady, browse, postgresVersion);
  const unexpected = ways.flatMap((way) => all[way]).reduce((sum, one) => sum + one.unexpected, 0);
  if (values.json) {
    const report = {
      ...figures,
      ratios,
      cpuMsPerRequest: cpu,
      steadyAt60Percent: steady,
      browse,
      unexpected,
      rounds,
      connections,
      postgres: postgresVersion,
      machine: describeMachine(),
      all,
    };
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (unexpected > 0) process.exitCode = 1;
}

/** One way, once: its own drop and its own buyers, so that nothing is left over from the one before. */
async function measure(
  way: Way,
  requests: number,
  api: Api,
  rivalOrigin: string,
  postmaster: number,
): Promise<Measurement> {
  if (way === 'ceiling') return askForNothing(requests, api, rivalOrigin, postmaster);
  if (way === 'database') return transactionPerOrder(requests, api, postmaster);
  const seller = { api, postmaster, nodePids: target.pids, origins: target.origins };
  switch (way) {
    case 'naive':
      return measureSale('hot', requests, connections, {
        ...seller,
        nodePids: [rival?.pid as number],
        origins: [rivalOrigin],
        rewrite: (request) => request.replace('/api/v1/purchase/', '/naive/'),
      });
    case 'oursTwoProcesses':
      return measureSale('hot', requests, connections, seller);
    default:
      return measureSale(way === 'ours' ? 'hot' : way, requests, connections, {
        ...seller,
        origins: target.origins.slice(0, 1),
      });
  }
}

/** Whatever is done with it, a purchase's request has to be sent and read: that is not ours to save. */
async function askForNothing(
  requests: number,
  api: Api,
  rivalOrigin: string,
  postmaster: number,
): Promise<Measurement> {
  const runId = randomBytes(5).toString('hex');
  const [buyer] = await api.makeBuyers(runId, 1, HOUR_SECONDS, () => undefined);
  const build = new Requests(rivalOrigin);
  const request = (index: number) =>
    build
      .purchase('', (buyer as Buyer).accessToken, `${runId}-${index}`)
      .replace('/api/v1/purchase/', '/bare');
  return fire(
    { origins: [rivalOrigin], connections, requests, expected: 200, request },
    { nodePids: [rival?.pid as number], postmaster },
  );
}

function bareRequest(origin: string): string {
  return `POST /bare HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nContent-Length: 0\r\n\r\n`;
}

/** The database's own limit: the claim's statements in one, one transaction and one flush for each order. */
async function transactionPerOrder(requests: number, api: Api, postmaster: number): Promise<Measurement> {
  const runId = randomBytes(5).toString('hex');
  const buyers = await api.makeBuyers(runId, requests, HOUR_SECONDS, () => undefined);
  const drop = await openDrop(api, runId, requests, 1);
  const eventItemId = (drop.items[0] as Drop['items'][number]).id;
  const statement = {
    name: 'order',
    text: `WITH taken AS (
        UPDATE event_items SET stock_remaining = stock_remaining - 1
         WHERE id = $1 AND stock_remaining >= 1 RETURNING price_minor, currency
      )
      INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until,
                          idempotency_key, created_at)
      SELECT uuidv7(), $2, $1, 1, price_minor, currency, clock_timestamp() + interval '1 hour', $3, clock_timestamp()
        FROM taken`,
  };
  return lanes(DATABASE_CONNECTIONS, buyers.length, { nodePids: [], postmaster }, async (index, latency) => {
    const sentAt = performance.now();
    const { rowCount } = await pool.query({
      ...statement,
      values: [eventItemId, (buyers[index] as Buyer).id, `${runId}-${index}`],
    });
    latency.recordValue(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
    return rowCount === 1;
  });
}

/** Purchases at a rate that leaves room: the latency that shoppers see, from the intended send time. */
async function steadyAt(rate: number, api: Api): Promise<Figure> {
  const runId = randomBytes(5).toString('hex');
  const arrivals = Math.ceil(rate * STEADY_SECONDS * 1.1);
  const buyers = await api.makeBuyers(runId, arrivals, HOUR_SECONDS, () => undefined);
  const drop = await openDrop(api, runId, arrivals, 1);
  const [item] = drop.items;
  const origin = target.origins[0] as string;
  const build = new Requests(origin);
  const latency = await arrive(origin, rate, STEADY_SECONDS, (index) =>
    build.purchase(
      (item as Drop['items'][number]).id,
      (buyers[index] as Buyer).accessToken,
      `${runId}-${index}`,
    ),
  );
  return { perSecond: latency.totalCount / STEADY_SECONDS, ...typical(latency) };
}

/** Looks at a page, alone and beside a rush on the first process, from each place in turn. */
async function browseBesideRush(api: Api, rivalOrigin: string): Promise<Record<PageFrom, Look>> {
  const [selling, other] = target.origins as [string, string];
  const pageOf = (origin: string, { id }: Drop) => ({
    origin,
    payload: new Requests(origin).get(`/api/v1/events/${id}`),
  });
  const pages: Record<PageFrom, (drop: Drop) => { origin: string; payload: string }> = {
    rushingProcess: (drop) => pageOf(selling, drop),
    otherProcess: (drop) => pageOf(other, drop),
    emptyAnswer: () => ({ origin: rivalOrigin, payload: bareRequest(rivalOrigin) }),
  };
  const places = Object.keys(pages) as PageFrom[];
  const looks: Record<PageFrom, { alone: number; beside: number }[]> = {
    rushingProcess: [],
    otherProcess: [],
    emptyAnswer: [],
  };
  for (let round = 1; round <= rounds; round++)
    for (const from of places) {
      const runId = randomBytes(5).toString('hex');
      const requests = Math.ceil(RUSH_REQUESTS * scale);
      const buyers = await api.makeBuyers(runId, requests, HOUR_SECONDS, () => undefined);
      const drop = await openDrop(api, runId, requests, 1);
      const itemId = (drop.items[0] as Drop['items'][number]).id;
      const build = new Requests(selling);
      const request = (index: number) =>
        build.purchase(itemId, (buyers[index] as Buyer).accessToken, `${runId}-${index}`);
      const rush = () =>
        fire(
          { origins: [selling], connections, requests, expected: 201, request },
          { nodePids: target.pids, postmaster: 0 },
        );
      const view = { ...pages[from](drop), perSecond: BROWSES_PER_SECOND };
      const alone = await viewDuring(view, () => delay(STEADY_SECONDS * 1000));
      const beside = await viewDuring(view, rush);
      looks[from].push({ alone: alone.p99, beside: beside.p99 });
    }
  const lookOf = (from: PageFrom): Look => {
    const of = (pick: (one: { alone: number; beside: number }) => number) =>
      median(looks[from].map(pick)) ?? 0;
    return {
      aloneP99Ms: of(({ alone }) => alone),
      besideRushP99Ms: of(({ beside }) => beside),
      ratioP99: of(({ alone, beside }) => beside / alone),
    };
  };
  return Object.fromEntries(places.map((from) => [from, lookOf(from)])) as Record<PageFrom, Look>;
}

async function arrive(
  origin: string,
  rate: number,
  seconds: number,
  request: (index: number) => string,
): Promise<ReturnType<typeof newHistogram>> {
  const client = new HttpClient({ origins: [origin], connections });
  await client.open();
  const latency = newHistogram();
  await openLoop({
    startAt: performance.now(),
    durationMs: seconds * 1000,
    rate,
    random: new Random(1, 'arrivals'),
    signal: new AbortController().signal,
    fire: async (intendedAt, index) => {
      const { answeredAt } = await client.send(request(index));
      latency.recordValue(Math.max(1, Math.round((answeredAt - intendedAt) * 1000)));
    },
  });
  client.close();
  return latency;
}

function typical(latency: ReturnType<typeof newHistogram>): { p50Ms: number; p99Ms: number } {
  const { p50, p99 } = percentilesOf(latency);
  return { p50Ms: p50, p99Ms: p99 };
}

function medianFigure(measurements: readonly Figure[]): Figure {
  const of = (pick: (one: Figure) => number) => median(measurements.map(pick)) ?? 0;
  return {
    perSecond: of((one) => one.perSecond),
    p50Ms: of((one) => one.p50Ms),
    p99Ms: of((one) => one.p99Ms),
  };
}

function print(
  figures: Record<Way, Figure>,
  ratios: Record<string, number | null>,
  cpu: Record<string, Record<string, number | null>>,
  steady: Figure & { rate: number },
  browse: Record<PageFrom, Look>,
  postgresVersion: string,
): void {
  const cell = (value: number | null | undefined, digits: number) => (value ?? 0).toFixed(digits);
  console.log(
    `\nmedian of ${rounds} rounds, ${connections} connections, PostgreSQL ${postgresVersion}, full durability\n`,
  );
  const rows = ways.map((way) => {
    const { perSecond, p50Ms, p99Ms } = figures[way];
    const used = (['node', 'postgres', 'load'] as const).map((part) =>
      cell((cpu[way]?.[part] ?? 0) * 1000, 0),
    );
    return [way, cell(perSecond, 0), cell(p50Ms, 1), cell(p99Ms, 1), ...used];
  });
  console.log(
    markdownTable(['', 'per second', 'p50 ms', 'p99 ms', 'node µs', 'PostgreSQL µs', 'load µs'], rows),
  );
  console.log('\n(µs: processor time per request, of the server, PostgreSQL and the load)\n');
  console.log(
    markdownTable(
      ['ratio', '×'],
      Object.entries(ratios).map(([name, value]) => [name, cell(value, 2)]),
    ),
  );
  console.log(
    `\nat ${STEADY_SHARE * 100} % of the peak (${steady.rate} /s): p50 ${steady.p50Ms.toFixed(1)} ms, p99 ${steady.p99Ms.toFixed(1)} ms`,
  );
  console.log('\np99 beside a rush:\n');
  console.log(
    markdownTable(
      ['', 'alone ms', 'beside ms', '×'],
      Object.entries(browse).map(([from, { aloneP99Ms, besideRushP99Ms, ratioP99 }]) => [
        pagesFrom[from as PageFrom],
        cell(aloneP99Ms, 1),
        cell(besideRushP99Ms, 1),
        cell(ratioP99, 1),
      ]),
    ),
  );
}
