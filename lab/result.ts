import type { Check } from './census.ts';
import type {
  LatencyBin,
  Meter,
  MemorySample,
  PercentilePoint,
  Percentiles,
  StockSample,
  Tick,
} from './load/meter.ts';
import { BUCKET_MS, percentileCurve, percentilesOf } from './load/meter.ts';
import { describeMachine, type Machine } from './machine.ts';
import type { RunOptions } from './options.ts';

export interface RatePoint {
  /** Seconds since the opening, the middle of the interval. */
  at: number;
  orders: number;
  refusals: number;
  errors: number;
}

/** What a run found: the JSON file, and the source of the report. */
export interface RunResult {
  verdict: 'PASS' | 'FAIL';
  census: Check[];
  /** Null when all came within a tenth of a second, which is too short to be a rate. */
  ordersPerSecond: number | null;
  refusalsPerSecond: number | null;
  /** Purchases, from the intended send time. */
  latencyMs: Percentiles;
  /** The same from the moment a connection was free, without the wait in the lab. */
  serviceMs: Percentiles;
  /** By status and code; status 0 is no answer. */
  errors: Record<string, number>;
  machine: Machine;
  runId: string;
  shape: string;
  purpose: string;
  model: 'open' | 'closed';
  target: string;
  startedAt: string;
  settings: {
    buyers: number;
    stock: number;
    items: number;
    rate: number | null;
    durationSeconds: number;
    connections: number;
    instances: number;
    chaos: boolean;
    seed: number;
  };
  orders: number;
  refusals: Record<string, number>;
  acts: Record<string, Percentiles & { count: number }>;
  preparation: { buyersSeconds: number };
  /** How late the lab itself was at worst, and its share of one core while the load ran. */
  generator: { maxLagMs: number; cpuPercent: number };
  series: {
    intervalSeconds: number;
    rates: RatePoint[];
    latency: Tick[];
    stock: StockSample[];
    memory: MemorySample[];
  };
  latencyHistogram: LatencyBin[];
  latencyPercentiles: PercentilePoint[];
}

export interface RunFacts {
  runId: string;
  purpose: string;
  target: string;
  startedAt: Date;
  buyersSeconds: number;
  generatorCpuPercent: number;
}

export function toResult(options: RunOptions, meter: Meter, checks: Check[], facts: RunFacts): RunResult {
  const { shape, buyers, stock, items, rate, durationSeconds, connections, instances, chaos, seed } = options;
  return {
    verdict: checks.every((check) => check.passed) ? 'PASS' : 'FAIL',
    census: checks,
    ordersPerSecond: meter.ordersPerSecond,
    refusalsPerSecond: meter.refusalsPerSecond,
    latencyMs: percentilesOf(meter.latency),
    serviceMs: percentilesOf(meter.service),
    errors: Object.fromEntries(meter.errors),
    machine: describeMachine(),
    runId: facts.runId,
    shape,
    purpose: facts.purpose,
    model: rate === undefined && shape !== 'rush' ? 'closed' : 'open',
    target: facts.target,
    startedAt: facts.startedAt.toISOString(),
    settings: {
      buyers,
      stock,
      items,
      rate: rate ?? null,
      durationSeconds,
      connections,
      instances,
      chaos,
      seed,
    },
    orders: meter.yes.count,
    refusals: Object.fromEntries(meter.refusals),
    acts: Object.fromEntries(
      [...meter.byAct].map(([act, histogram]) => [
        act,
        { ...percentilesOf(histogram), count: histogram.totalCount },
      ]),
    ),
    preparation: { buyersSeconds: facts.buyersSeconds },
    generator: { maxLagMs: meter.ownLagMs, cpuPercent: facts.generatorCpuPercent },
    series: {
      ...rates(meter),
      latency: thinned(meter.ticks),
      stock: thinned(meter.stock),
      memory: thinned(meter.memory),
    },
    latencyHistogram: meter.latencyBins(),
    latencyPercentiles: percentileCurve(meter.latency),
  };
}

const MAX_POINTS = 240;
const INTERVALS_MS = [10, 20, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/** Per second, over intervals wide enough for a plot to stay readable. */
function rates(meter: Meter): { intervalSeconds: number; rates: RatePoint[] } {
  const { yes, no, failed } = meter;
  const length = Math.max(yes.buckets.length, no.buckets.length, failed.buckets.length);
  const spanMs = length * BUCKET_MS;
  const intervalMs = INTERVALS_MS.find((candidate) => spanMs / candidate <= MAX_POINTS / 2) ?? 60_000;
  const width = intervalMs / BUCKET_MS;
  const perSecond = (buckets: number[], from: number) => {
    let sum = 0;
    for (let index = from; index < from + width; index++) sum += buckets[index] ?? 0;
    return Math.round((sum * 1000) / intervalMs);
  };
  const points: RatePoint[] = [];
  for (let from = 0; from < length; from += width)
    points.push({
      at: ((from + width / 2) * BUCKET_MS) / 1000,
      orders: perSecond(yes.buckets, from),
      refusals: perSecond(no.buckets, from),
      errors: perSecond(failed.buckets, from),
    });
  return { intervalSeconds: intervalMs / 1000, rates: points };
}

/** At most a plot's worth of samples, evenly chosen, the last always among them. */
function thinned<T>(samples: readonly T[]): T[] {
  const step = Math.ceil(samples.length / MAX_POINTS);
  return samples.filter((_, index) => index % Math.max(1, step) === 0 || index === samples.length - 1);
}
