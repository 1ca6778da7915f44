import type { FastifyInstance, RouteOptions } from 'fastify';

/** Upper bounds in seconds: a claim takes milliseconds, a password hash a tenth, a time-out seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

interface Series {
  method: string;
  route: string;
  statusClass: string;
  buckets: Float64Array;
  sum: number;
  count: number;
}

/**
 * Durations of requests by route template and status class. Each route holds its own series, so an
 * observation is a few additions (some 30 ns) where prom-client's own histogram hashes its labels for each
 * (some 900 ns): the difference is two per cent of a purchase.
 */
export class HttpHistogram {
  readonly name = 'http_request_duration_seconds';
  private readonly all: Series[] = [];

  /** Must be attached before the routes are registered. */
  attach(server: FastifyInstance): void {
    server.addHook('onRoute', (route) => {
      for (const method of [route.method].flat()) if (method !== 'OPTIONS') this.observeRoute(route, method);
    });
    const unknown = this.seriesOf('any', 'unknown');
    server.addHook('onResponse', (request, reply, done) => {
      if (request.is404) observe(unknown, reply.statusCode, reply.elapsedTime);
      done();
    });
  }

  private observeRoute(route: RouteOptions, method: string): void {
    const series = this.seriesOf(method, route.url);
    const onResponse: NonNullable<RouteOptions['onResponse']> = (request, reply, done) => {
      if (request.method === method) observe(series, reply.statusCode, reply.elapsedTime);
      done();
    };
    const existing = route.onResponse === undefined ? [] : [route.onResponse].flat();
    route.onResponse = [...existing, onResponse] as typeof existing;
  }

  private seriesOf(method: string, route: string): Series[] {
    const series = STATUS_CLASSES.map((statusClass) => ({
      method,
      route,
      statusClass,
      buckets: new Float64Array(BOUNDS.length),
      sum: 0,
      count: 0,
    }));
    this.all.push(...series);
    return series;
  }

  /** In Prometheus' text format; series without requests are left out. */
  render(): string {
    const lines = [
      `# HELP ${this.name} Duration of HTTP requests by route template and status class.`,
      `# TYPE ${this.name} histogram`,
    ];
    for (const { method, route, statusClass, buckets, sum, count } of this.all) {
      if (count === 0) continue;
      const labels = `method="${method}",route="${route}",status="${statusClass}"`;
      let cumulated = 0;
      BOUNDS.forEach((bound, index) => {
        cumulated += buckets[index] ?? 0;
        lines.push(`${this.name}_bucket{${labels},le="${bound}"} ${cumulated}`);
      });
      lines.push(
        `${this.name}_bucket{${labels},le="+Inf"} ${count}`,
        `${this.name}_sum{${labels}} ${sum}`,
        `${this.name}_count{${labels}} ${count}`,
      );
    }
    return `${lines.join('\n')}\n`;
  }
}

function observe(byStatus: Series[], status: number, elapsedMs: number): void {
  const series = byStatus[Math.floor(status / 100) - 1];
  if (!series) return;
  const seconds = elapsedMs / 1000;
  series.sum += seconds;
  series.count++;
  for (let index = 0; index < BOUNDS.length; index++)
    if (seconds <= (BOUNDS[index] as number)) {
      (series.buckets[index] as number)++;
      return;
    }
}
