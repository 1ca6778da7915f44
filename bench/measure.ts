import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { HttpClient } from '../lab/load/http-client.ts';
import { newHistogram, percentilesOf } from '../lab/load/meter.ts';
import { cpuSecondsOf } from './cpu.ts';

export interface Figure {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

export interface Measurement extends Figure {
  /** Processor milliseconds per request, by who used them. */
  cpuMsPerRequest: { node: number; postgres: number; load: number };
  unexpected: number;
}

/** Whose processor time is counted. */
export interface Measured {
  nodePids: readonly number[];
  /** 0 where it cannot be seen. */
  postmaster: number;
}

export interface Load {
  origins: readonly string[];
  connections: number;
  requests: number;
  /** The status that every answer should have. */
  expected: number;
  request(index: number): string;
  /** Called when all connections are open, before the first request. */
  onOpen?(client: HttpClient): Promise<void>;
}

/** Closed model: a full house of connections, each sending again as soon as it is answered. */
export async function fire(load: Load, measured: Measured): Promise<Measurement> {
  const client = new HttpClient({ origins: load.origins, connections: load.connections });
  await client.open();
  await load.onOpen?.(client);
  try {
    return await lanes(load.connections, load.requests, measured, async (index, latency) => {
      const { status, sentAt, answeredAt } = await client.send(load.request(index));
      latency.recordValue(Math.max(1, Math.round((answeredAt - sentAt) * 1000)));
      return status === load.expected;
    });
  } finally {
    client.close();
  }
}

/** Runs `work` so many times in so many lanes; it records its latency in µs and tells whether all was well. */
export async function lanes(
  count: number,
  times: number,
  { nodePids, postmaster }: Measured,
  work: (index: number, latency: ReturnType<typeof newHistogram>) => Promise<boolean>,
): Promise<Measurement> {
  const latency = newHistogram();
  let next = 0;
  let unexpected = 0;
  const lane = async () => {
    while (next < times) if (!(await work(next++, latency))) unexpected++;
  };
  const before = [await cpuSecondsOf(nodePids), await cpuSecondsOf([postmaster], true)] as const;
  const loadBefore = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: count }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(loadBefore);
  const each = (cpuSeconds: number) => (cpuSeconds * 1000) / times;
  const { p50, p99 } = percentilesOf(latency);
  return {
    perSecond: times / seconds,
    p50Ms: p50,
    p99Ms: p99,
    cpuMsPerRequest: {
      node: each((await cpuSecondsOf(nodePids)) - before[0]),
      postgres: each((await cpuSecondsOf([postmaster], true)) - before[1]),
      load: each((user + system) / 1_000_000),
    },
    unexpected,
  };
}

/** The process whose children serve the connections of `pool`; 0 where there is no /proc. */
export async function postmasterPid(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const stat = await readFile(`/proc/${rows[0]?.pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined ? 0 : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Rows of a Markdown table; the first column is text, the others are numbers as they should be read. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}
