/**
 * One, two and four processes on one database: the lab's rush on each, left alone and with processes killed
 * and started meanwhile.
 *
 *   npm run bench:instances -- [--buyers 20000] [--rounds 3] [--json FILE]
 *
 * Prints a Markdown table; the figures are medians. Every run must end with the verdict PASS.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../lab/compare.ts';
import { describeMachine } from '../lab/machine.ts';
import { markdownTable } from './measure.ts';

const cases = [
  { instances: 1, chaos: false },
  { instances: 2, chaos: false },
  { instances: 2, chaos: true },
  { instances: 4, chaos: false },
  { instances: 4, chaos: true },
] as const;

/** What this uses of the lab's report. */
interface Report {
  verdict: string;
  ordersPerSecond: number | null;
  latencyMs: { p50: number; p99: number };
}

const { values } = parseArgs({
  options: {
    buyers: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const reports: Report[][] = cases.map(() => []);
const folder = await mkdtemp(join(tmpdir(), 'swiftdrop-instances-'));
try {
  for (let round = 1; round <= Number(values.rounds); round++)
    for (const [index, one] of cases.entries()) {
      const report = await rush(one);
      reports[index]?.push(report);
      console.log(
        `round ${round}  ${title(one).padEnd(34)}${report.verdict}  ${Math.round(report.ordersPerSecond ?? 0)} /s`,
      );
    }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const rows = cases.map((one, index) => {
  const runs = reports[index] as Report[];
  const of = (pick: (report: Report) => number | null) => median(runs.flatMap((run) => pick(run) ?? [])) ?? 0;
  return [
    title(one),
    of(({ ordersPerSecond }) => ordersPerSecond).toFixed(0),
    of(({ latencyMs }) => latencyMs.p50).toFixed(0),
    of(({ latencyMs }) => latencyMs.p99).toFixed(0),
    runs.every(({ verdict }) => verdict === 'PASS') ? `PASS × ${runs.length}` : 'FAIL',
  ];
});
console.log(`\n${markdownTable(['', 'orders/s', 'p50 ms', 'p99 ms', 'verdict'], rows)}`);
if (values.json)
  await writeFile(
    values.json,
    `${JSON.stringify({ cases: cases.map((one, index) => ({ ...one, runs: reports[index] })), machine: describeMachine() }, null, 2)}\n`,
  );
if (reports.flat().some(({ verdict }) => verdict !== 'PASS')) process.exitCode = 1;

async function rush({ instances, chaos }: (typeof cases)[number]): Promise<Report> {
  const file = join(folder, 'report.json');
  const lab = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '..', 'lab', 'main.ts'),
      ...['run', '--shape', 'rush', '--buyers', values.buyers, '--stock', values.buyers],
      ...['--instances', String(instances), '--json', file],
      ...(chaos ? ['--chaos'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = (await once(lab, 'exit')) as [number | null];
  if (code !== 0 && code !== 1) throw new Error(`the lab could not run (exit ${code})`);
  return JSON.parse(await readFile(file, 'utf8')) as Report;
}

function title({ instances, chaos }: (typeof cases)[number]): string {
  return `${instances} ${instances === 1 ? 'process' : 'processes'}${chaos ? ', killed and started' : ''}`;
}
