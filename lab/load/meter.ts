import { build, type Histogram } from 'hdr-histogram-js';

/** Ten milliseconds: a rush of some hundred milliseconds still shows its course. */
export const BUCKET_MS = 10;
const TICK_MS = 250;
const MAX_MICROSECONDS = 3_600_000_000;
const BIN_GROWTH = 1.2;

export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** One point of the HdrHistogram's curve: so many percent took at most so long. */
export interface PercentilePoint {
  percentile: number;
  ms: number;
}

export interface LatencyBin {
  fromMs: number;
  toMs: number;
  count: number;
}

export interface Tick {
  /** Seconds since the opening. */
  at: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

export interface StockSample {
  at: number;
  remaining: number;
}

export interface MemorySample {
  at: number;
  megabytes: number;
}

interface Course {
  buckets: number[];
  count: number;
  firstAt: number | undefined;
  lastAt: number | undefined;
}

const emptyCourse = (): Course => ({ buckets: [], count: 0, firstAt: undefined, lastAt: undefined });

/** Histogram in microseconds with three exact digits, from one microsecond to an hour. */
export function newHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_MICROSECONDS,
    numberOfSignificantValueDigits: 3,
  });
}

function microseconds(ms: number): number {
  return Math.min(MAX_MICROSECONDS, Math.max(1, Math.round(ms * 1000)));
}

export function percentilesOf(histogram: Histogram): Percentiles {
  const at = (percentile: number) =>
    histogram.totalCount === 0 ? 0 : round(histogram.getValueAtPercentile(percentile) / 1000);
  return { p50: at(50), p90: at(90), p99: at(99), max: round(histogram.maxValue / 1000) };
}

const CURVE = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

export function percentileCurve(histogram: Histogram): PercentilePoint[] {
  if (histogram.totalCount === 0) return [];
  return CURVE.map((percentile) => ({
    percentile,
    ms: round(
      percentile === 100 ? histogram.maxValue / 1000 : histogram.getValueAtPercentile(percentile) / 1000,
    ),
  }));
}

const round = (ms: number) => Math.round(ms * 1000) / 1000;

/**
 * What happened and how long it took. Times are milliseconds of performance.now(); latency counts from
 * when a request was meant to be sent, so a server that stalls cannot hide the requests that waited.
 */
export class Meter {
  readonly stock: StockSample[] = [];
  readonly memory: MemorySample[] = [];
  readonly ticks: Tick[] = [];
  readonly yes = emptyCourse();
  readonly no = emptyCourse();
  readonly failed = emptyCourse();
  readonly refusals = new Map<string, number>();
  readonly errors = new Map<string, number>();
  /** Purchases: the figure of the verdict. */
  readonly latency = newHistogram();
  /** The same without the wait for a free connection. */
  readonly service = newHistogram();
  /** Latencies of the acts beside purchases. */
  readonly byAct = new Map<string, Histogram>();
  private readonly bins: number[] = [];
  private readonly recent = newHistogram();
  private startedAt: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lagMax = 0;

  /** Begins the clock; call it at the opening. */
  start(at: number): void {
    this.startedAt = at;
    let expected = performance.now() + TICK_MS;
    this.timer = setInterval(() => {
      const now = performance.now();
      this.lagMax = Math.max(this.lagMax, now - expected);
      expected = now + TICK_MS;
      this.tick(now);
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.tick(performance.now());
  }

  /** How late this process itself was at worst; figures near it say more about the lab than the shop. */
  get ownLagMs(): number {
    return round(this.lagMax);
  }

  secondsAt(time: number): number {
    return Math.max(0, (time - (this.startedAt ?? time)) / 1000);
  }

  /** A purchase that was granted. */
  granted(intendedAt: number, sentAt: number, answeredAt: number): void {
    this.mark(this.yes, answeredAt);
    this.purchaseTook(intendedAt, sentAt, answeredAt);
  }

  /** A purchase that was refused for a reason of the trade. */
  refused(code: string, intendedAt: number, sentAt: number, answeredAt: number): void {
    this.mark(this.no, answeredAt);
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    this.purchaseTook(intendedAt, sentAt, answeredAt);
  }

  /** Anything else, in any act: `503 CLAIMS_BUSY`, `0 ECONNRESET`. */
  failure(status: number, code: string, answeredAt: number): void {
    this.mark(this.failed, answeredAt);
    const key = `${status} ${code}`;
    this.errors.set(key, (this.errors.get(key) ?? 0) + 1);
  }

  act(name: string, intendedAt: number, answeredAt: number): void {
    let histogram = this.byAct.get(name);
    if (histogram === undefined) this.byAct.set(name, (histogram = newHistogram()));
    histogram.recordValue(microseconds(answeredAt - intendedAt));
  }

  private purchaseTook(intendedAt: number, sentAt: number, answeredAt: number): void {
    const value = microseconds(answeredAt - intendedAt);
    this.latency.recordValue(value);
    this.recent.recordValue(value);
    this.service.recordValue(microseconds(answeredAt - sentAt));
    const bin = Math.floor(Math.log(value) / Math.log(BIN_GROWTH));
    while (this.bins.length <= bin) this.bins.push(0);
    this.bins[bin] = (this.bins[bin] ?? 0) + 1;
  }

  private mark(course: Course, at: number): void {
    const bucket = Math.max(0, Math.floor((at - (this.startedAt ?? at)) / BUCKET_MS));
    while (course.buckets.length <= bucket) course.buckets.push(0);
    course.buckets[bucket] = (course.buckets[bucket] ?? 0) + 1;
    course.count++;
    course.firstAt ??= at;
    course.lastAt = at;
  }

  private tick(now: number): void {
    const { recent } = this;
    const seen = recent.totalCount > 0;
    this.ticks.push({
      at: this.secondsAt(now),
      p50Ms: seen ? round(recent.getValueAtPercentile(50) / 1000) : null,
      p99Ms: seen ? round(recent.getValueAtPercentile(99) / 1000) : null,
    });
    recent.reset();
  }

  /** Granted purchases over the time from the opening to the last yes; null when that is too short to be a rate. */
  get ordersPerSecond(): number | null {
    return rate(this.yes.count, this.startedAt, this.yes.lastAt);
  }

  /**
   * Refusals over the time from the first no (or the opening, if that is all there was) to the last; null when that
   * is too short to be a rate.
   */
  get refusalsPerSecond(): number | null {
    return rate(this.no.count, this.yes.count === 0 ? this.startedAt : this.no.firstAt, this.no.lastAt);
  }

  /** The recorded latencies in bins that grow by a fifth, as a logarithmic axis shows them. */
  latencyBins(): LatencyBin[] {
    return this.bins.flatMap((count, index) =>
      count > 0
        ? [{ fromMs: BIN_GROWTH ** index / 1000, toMs: BIN_GROWTH ** (index + 1) / 1000, count }]
        : [],
    );
  }
}

/** 45 answers that come within a millisecond are one packet, not 45,000 a second. */
const SHORTEST_RATE_MS = 100;

function rate(count: number, from: number | undefined, to: number | undefined): number | null {
  if (count === 0 || from === undefined || to === undefined) return 0;
  if (to - from < SHORTEST_RATE_MS) return null;
  return Math.round((count / (to - from)) * 1000 * 10) / 10;
}
