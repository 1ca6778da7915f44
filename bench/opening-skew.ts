/**
 * How long after `starts_at` does a drop really sell? Opens drops one after the other on a SwiftDrop of its own
 * (full durability), while a few shoppers keep trying to buy, and prints three delays, each from `starts_at`:
 *
 *   sold      the first sale was decided, by the database's clock (`orders.created_at`)
 *   answered  the first yes reached a shopper
 *   opened    the scheduler had set the status, which no sale waits for (`events.opened_at`)
 *
 *   npm run bench:opening -- [--drops 50] [--shoppers 4] [--instances 1] [--json FILE]
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Api, type Buyer, type Drop } from '../lab/api.ts';
import { describeMachine } from '../lab/machine.ts';
import { EmbeddedTarget } from '../lab/target.ts';

const LEAD_MS = 3_000;
const STAGGER_MS = 200;
/** Shoppers begin this long before the opening, so that one of their requests is always under way. */
const EARLY_MS = 50;
/** After this long without a sale the drop counts as not opened. */
const GIVE_UP_MS = 5_000;

interface Delays {
  sold: number;
  answered: number;
  opened: number;
}

const { values: options } = parseArgs({
  options: {
    drops: { type: 'string', default: '50' },
    shoppers: { type: 'string', default: '4' },
    instances: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const count = (name: 'drops' | 'shoppers' | 'instances', max: number) => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`--${name} must be 1 to ${max}`);
  return value;
};

/** This machine's clock, finer than Date.now(); the embedded database shares it. */
const now = () => performance.timeOrigin + performance.now();

/** Tries to buy until somebody has; answers when the yes arrived. */
async function raceForFirst(drop: Drop, buyers: Buyer[], origins: string[]): Promise<number> {
  const start = Date.parse(drop.startsAt);
  await delay(Math.max(0, start - EARLY_MS - now()));
  let answeredAt: number | undefined;
  await Promise.all(
    buyers.map(async ({ accessToken }, index) => {
      const url = `${origins[index % origins.length]}/api/v1/purchase/${drop.items[0]?.id}`;
      while (answeredAt === undefined && now() < start + GIVE_UP_MS) {
        const response = await fetch(url, {
          method: 'POST',
          headers: { authorization: `Bearer ${accessToken}` },
        });
        if (response.status === 201) answeredAt ??= now();
        const body = (await response.json()) as { code?: string };
        if (response.status !== 201 && body.code !== 'EVENT_NOT_LIVE')
          throw new Error(`A purchase was answered ${response.status} ${body.code}`);
      }
    }),
  );
  if (answeredAt === undefined) throw new Error(`Drop ${drop.id} did not sell within ${GIVE_UP_MS} ms`);
  return answeredAt;
}

async function measure(): Promise<Delays[]> {
  const drops = count('drops', 500);
  const target = await EmbeddedTarget.start({}, count('instances', 8));
  const database = new pg.Pool({ connectionString: target.databaseUrl, max: 2 });
  try {
    const api = new Api(target.origins, target.adminEmail, target.adminPassword);
    await api.login();
    const runId = randomBytes(4).toString('hex');
    const buyers = await api.makeBuyers(runId, count('shoppers', 100), 600, () => undefined);
    const firstStart = now() + LEAD_MS + drops * 10;
    const races: Promise<number>[] = [];
    const planned: Drop[] = [];
    for (let index = 0; index < drops; index++) {
      const drop = await api.makeDrop({
        runId,
        items: 1,
        stock: 1_000,
        perUserLimit: 1,
        leadMs: firstStart + index * STAGGER_MS - now(),
        openSeconds: 600,
        reservationTtlSeconds: 600,
      });
      planned.push(drop);
      races.push(raceForFirst(drop, buyers, target.origins));
    }
    const answers = await Promise.all(races);
    return await Promise.all(
      planned.map(async ({ id, startsAt }, index) => {
        const { rows } = await database.query(
          `SELECT extract(epoch FROM min(o.created_at) - e.starts_at)::float8 * 1000 AS sold,
             extract(epoch FROM e.opened_at - e.starts_at)::float8 * 1000 AS opened
           FROM events e JOIN event_items i ON i.event_id = e.id JOIN orders o ON o.event_item_id = i.id
           WHERE e.id = $1 GROUP BY e.id`,
          [id],
        );
        return { ...rows[0], answered: (answers[index] as number) - Date.parse(startsAt) };
      }),
    );
  } finally {
    await database.end();
    await target.stop();
  }
}

const delays = await measure();
const summary = Object.fromEntries(
  (['sold', 'answered', 'opened'] as const).map((name) => {
    const sorted = delays.map((each) => each[name]).sort((a, b) => a - b);
    const round = (value: number | undefined) => Math.round((value ?? Number.NaN) * 100) / 100;
    return [
      name,
      {
        earliestMs: round(sorted[0]),
        medianMs: round(sorted[Math.floor(sorted.length / 2)]),
        worstMs: round(sorted.at(-1)),
      },
    ];
  }),
);
const { cpu, cores, node } = describeMachine();
console.log(
  `${delays.length} drops, ${options.shoppers} shoppers, ${options.instances} instance(s), ${cores} × ${cpu}, node ${node}`,
);
console.log('Milliseconds after starts_at:');
console.table(summary);
if (options.json)
  await writeFile(options.json, JSON.stringify({ delaysMs: summary, machine: describeMachine() }, null, 2));
const early = delays.filter(({ sold, opened }) => sold < 0 || opened < 0).length;
if (early > 0) {
  console.error(`${early} drops sold or opened before their time`);
  process.exitCode = 1;
}
