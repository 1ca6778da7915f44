import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Api, CouldNotRun, type Buyer, type Drop } from './api.ts';
import { runChecks, type Check } from './census.ts';
import { Ledger } from './ledger.ts';
import { HttpClient } from './load/http-client.ts';
import { Meter } from './load/meter.ts';
import { shapeBook, type Account, type Shape } from './load/shapes.ts';
import type { RunOptions } from './options.ts';
import { Random } from './random.ts';
import { Requests } from './requests.ts';
import { toResult, type RunResult } from './result.ts';
import { EmbeddedTarget, remoteTarget, type Target } from './target.ts';
import { View } from './view.ts';

const STOCK_SAMPLE_MS = 250;
const MEMORY_SAMPLE_MS = 1_000;
/** Between the drop's making and its opening; time to open the connections and compare clocks. */
const LEAD_MS = 2_000;
const LEAD_PER_CONNECTION_MS = 2;
const ACCOUNTS = 5;
/** Access tokens live an hour at most. */
const MAX_TOKEN_TTL_SECONDS = 3_600;
const SPARE_SECONDS = 240;
const MIN_CHAOS_PAUSE_MS = 1_000;

export async function openTarget(options: RunOptions): Promise<Target> {
  const { target } = options;
  if (target.kind === 'embedded') return EmbeddedTarget.start(target.settings, options.instances);
  return remoteTarget(target.urls, options.adminEmail as string, process.env.LAB_ADMIN_PASSWORD);
}

/**
 * One run against a target that stands: makes a drop and its buyers, fires, takes the census, clears up.
 * @param interrupted ends the load early; the census is still taken
 * @throws CouldNotRun if there is nothing to judge
 */
export async function runOnce(
  target: Target,
  options: RunOptions,
  interrupted: AbortSignal,
  out: NodeJS.WriteStream,
): Promise<RunResult> {
  const view = new View(out, options);
  const shape = shapeBook[options.shape];
  const runId = randomBytes(5).toString('hex');
  const startedAt = new Date();
  const api = new Api(target.origins, target.adminEmail, target.adminPassword);
  await api.login();

  view.say(`${options.shape}: ${shape.purpose}\ntarget ${target.description}, seed ${options.seed}`);
  const buyersBegan = performance.now();
  const tokenTtl = Math.min(MAX_TOKEN_TTL_SECONDS, Math.ceil(options.durationSeconds) + SPARE_SECONDS);
  const buyers = await api.makeBuyers(runId, options.buyers, tokenTtl, () => undefined);
  const buyersSeconds = Math.round(performance.now() - buyersBegan) / 1000;
  view.say(`${buyers.length} buyers ready in ${buyersSeconds.toFixed(1)} s`);
  const accounts = shape.logsIn ? await makeAccounts(api, runId) : [];

  const drop = await makeDrop(api, runId, shape, options);
  const ledger = new Ledger(runId);
  const meter = new Meter();
  const client = new HttpClient({ origins: target.origins, connections: options.connections });
  try {
    await client.open();
    const { offsetMs, doubtMs } = await api.clockOffset(drop.id);
    const openingAt = Date.parse(drop.startsAt) - offsetMs + doubtMs;
    if (openingAt < performance.now()) throw new CouldNotRun('the drop opened before the lab was ready');
    view.say(`opens in ${((openingAt - performance.now()) / 1000).toFixed(1)} s`);
    meter.start(openingAt);
    const watch = watchRun(api, target, drop, meter);
    view.start(meter, () => meter.stock.at(-1)?.remaining);
    const cpuBefore = process.cpuUsage();
    const stage = {
      client,
      requests: new Requests(target.origins[0] as string),
      ledger,
      meter,
      random: new Random(options.seed, options.shape),
      buyers: buyers satisfies Buyer[],
      eventId: drop.id,
      eventItemIds: drop.items.map((item) => item.id),
      openingAt,
      signal: interrupted,
    };
    const chaos =
      options.chaos && target instanceof EmbeddedTarget ? causeChaos(target, stage, view) : undefined;
    await shape.drive(stage, options, accounts);
    await chaos?.stop();
    if (interrupted.aborted && ledger.attempts === 0)
      throw new CouldNotRun('it was ended before the opening');
    const cpu = process.cpuUsage(cpuBefore);
    const wallMs = Math.max(1, performance.now() - openingAt);
    meter.stop();
    await watch.stop();
    view.stop();

    const checks = await takeCensus(api, drop.id, ledger);
    return toResult(options, meter, checks, {
      runId,
      purpose: shape.purpose,
      target: target.description,
      startedAt,
      buyersSeconds,
      generatorCpuPercent: Math.round((cpu.user + cpu.system) / 10 / wallMs),
    });
  } finally {
    view.stop();
    meter.stop();
    client.close();
    await clearUp(api, drop, runId, view);
  }
}

async function makeDrop(api: Api, runId: string, shape: Shape, options: RunOptions): Promise<Drop> {
  return api.makeDrop({
    runId,
    items: options.items,
    stock: options.stock,
    perUserLimit: shape.perUserLimit(options),
    leadMs: LEAD_MS + options.connections * LEAD_PER_CONNECTION_MS,
    openSeconds: options.durationSeconds + SPARE_SECONDS,
    reservationTtlSeconds: shape.reservationTtlSeconds,
  });
}

/** Shoppers with passwords, for the logins of a mixed crowd. */
async function makeAccounts(api: Api, runId: string): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < ACCOUNTS; index++) {
    const account = {
      email: `lab-${runId}-shopper-${index}@lab.invalid`,
      password: randomBytes(18).toString('base64url'),
    };
    await api.register(account.email, account.password);
    accounts.push(account);
  }
  return accounts;
}

/** Samples stock as shoppers see it, and memory where it can be seen. */
function watchRun(api: Api, target: Target, drop: Drop, meter: Meter): { stop(): Promise<void> } {
  let running = true;
  const repeat = async (everyMs: number, sample: () => Promise<void>) => {
    while (running) {
      await sample().catch(() => undefined);
      await delay(everyMs);
    }
  };
  const stock = repeat(STOCK_SAMPLE_MS, async () => {
    const { items } = await api.event(drop.id);
    const remaining = items.reduce((sum, item) => sum + item.stockRemaining, 0);
    meter.stock.push({ at: meter.secondsAt(performance.now()), remaining });
  });
  const memory = repeat(MEMORY_SAMPLE_MS, async () => {
    const megabytes = await target.memoryMegabytes();
    if (megabytes !== undefined)
      meter.memory.push({ at: meter.secondsAt(performance.now()), megabytes: Math.round(megabytes) });
  });
  return {
    async stop() {
      running = false;
      await Promise.all([stock, memory]);
    },
  };
}

/** Crashes and restarts one instance after another, never the last that stands. */
function causeChaos(
  target: EmbeddedTarget,
  stage: { random: Random; openingAt: number },
  view: View,
): { stop(): Promise<void> } {
  const random = stage.random;
  let running = true;
  const loop = async () => {
    while (performance.now() < stage.openingAt) await delay(20);
    while (running) {
      const victim = random.below(target.origins.length);
      view.say(`killing instance ${victim + 1}`);
      await target.crash(victim);
      await delay(MIN_CHAOS_PAUSE_MS);
    }
  };
  const done = loop();
  return {
    async stop() {
      running = false;
      await done;
    },
  };
}

/** The listing takes a moment, so the sums are taken after it: what was acknowledged must stand in both. */
async function takeCensus(api: Api, eventId: string, ledger: Ledger): Promise<Check[]> {
  const orders = await api.orders(eventId);
  const census = await api.census(eventId);
  return runChecks({ ledger, orders, census });
}

async function clearUp(api: Api, drop: Drop, runId: string, view: View): Promise<void> {
  for (const step of [() => api.closeEvent(drop.id), () => api.retireBuyers(runId)])
    await step().catch((error: Error) => view.say(`could not clear up: ${error.message}`));
}
