/**
 * Does a change cost anything on the way of a purchase? Builds another commit beside this tree, starts one process of
 * each on a database of its own, and lets the same load buy from both in turn:
 *
 *   hot       one hot item
 *   refusals  sold out
 *   spread    the stock spread over 50 items
 *
 *   npm run bench:against -- [--base origin/main] [--rounds 9] [--connections 500] [--scale 1] [--json FILE]
 *
 * A round measures both, the other one first in every second round. The median of the rounds' ratios counts, this tree's
 * purchases per second over the other's; below 0.93 it is more than the host's noise. The other commit is prepared
 * over its own `lab/api.ts`, so that the two may differ in their API.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Api } from '../lab/api.ts';
import { median } from '../lab/compare.ts';
import { describeMachine } from '../lab/machine.ts';
import { EmbeddedTarget } from '../lab/target.ts';
import { markdownTable, postmasterPid, type Measurement } from './measure.ts';
import { measureSale, SALE_REQUESTS, type Sale, type Seller } from './sale.ts';

const ROOT = join(import.meta.dirname, '..');
/** The host's own noise between a commit and itself. */
const NOISE = 0.93;

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'origin/main' },
    rounds: { type: 'string', default: '9' },
    connections: { type: 'string', default: '500' },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const sales = Object.keys(SALE_REQUESTS) as Sale[];

interface Side extends Seller {
  stop(): Promise<void>;
}

interface Pair {
  base: Measurement;
  head: Measurement;
}

const base = await run('git', ['rev-parse', '--verify', `${values.base}^{commit}`]);
const folder = await mkdtemp(join(tmpdir(), 'swiftdrop-base-'));
const opened: Side[] = [];
try {
  await checkOut(base, folder);
  await run('npm', ['run', '--silent', 'build:api'], ROOT);
  const head = await open(ROOT);
  const other = await open(folder);
  await benchmark(head, other);
} finally {
  for (const side of opened) await side.stop();
  await run('git', ['worktree', 'remove', '--force', folder], ROOT).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
}

async function benchmark(head: Side, other: Side): Promise<void> {
  const all = Object.fromEntries(sales.map((sale) => [sale, [] as Pair[]])) as Record<Sale, Pair[]>;
  // Round 0 warms both up.
  for (let round = 0; round <= rounds; round++)
    for (const sale of sales) {
      const requests = Math.ceil(SALE_REQUESTS[sale] * Number(values.scale));
      const measure = (side: Side) => measureSale(sale, requests, connections, side);
      let pair: Pair;
      if (round % 2 === 0) pair = { head: await measure(head), base: await measure(other) };
      else {
        const first = await measure(other);
        pair = { base: first, head: await measure(head) };
      }
      if (round === 0) continue;
      all[sale].push(pair);
      console.log(
        `round ${round}  ${sale.padEnd(9)} base ${Math.round(pair.base.perSecond)} /s  ` +
          `this tree ${Math.round(pair.head.perSecond)} /s  × ${ratioOf(pair).toFixed(2)}`,
      );
    }
  await report(all);
}

async function report(all: Record<Sale, Pair[]>): Promise<void> {
  const medianOf = (sale: Sale, pick: (pair: Pair) => number) => median(all[sale].map(pick)) ?? 0;
  const ratios = Object.fromEntries(sales.map((sale) => [sale, medianOf(sale, ratioOf)])) as Record<
    Sale,
    number
  >;
  const figure = (sale: Sale, side: keyof Pair) => medianOf(sale, (pair) => pair[side].perSecond).toFixed(0);
  const cost = (sale: Sale, side: keyof Pair, part: 'node' | 'postgres') =>
    (medianOf(sale, (pair) => pair[side].cpuMsPerRequest[part]) * 1000).toFixed(0);
  console.log(`\nmedian of ${rounds} rounds, ${connections} connections, base ${base.slice(0, 7)}\n`);
  console.log(
    markdownTable(
      ['', 'base /s', 'this tree /s', 'ratio', 'node µs', 'PostgreSQL µs'],
      sales.map((sale) => [
        sale,
        figure(sale, 'base'),
        figure(sale, 'head'),
        ratios[sale].toFixed(2),
        `${cost(sale, 'base', 'node')} → ${cost(sale, 'head', 'node')}`,
        `${cost(sale, 'base', 'postgres')} → ${cost(sale, 'head', 'postgres')}`,
      ]),
    ),
  );
  const slower = sales.filter((sale) => ratios[sale] < NOISE);
  console.log(slower.length === 0 ? '\nno slower than the noise' : `\nslower: ${slower.join(', ')}`);
  const unexpected = sales
    .flatMap((sale) => all[sale])
    .reduce((sum, { base: one, head: two }) => sum + one.unexpected + two.unexpected, 0);
  if (unexpected > 0) console.log(`${unexpected} unexpected answers`);
  if (values.json) {
    const result = { base, ratios, unexpected, rounds, connections, machine: describeMachine(), all };
    await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (slower.length > 0 || unexpected > 0) process.exitCode = 1;
}

function ratioOf({ base, head }: Pair): number {
  return head.perSecond / base.perSecond;
}

/** The other commit, built; its packages are this tree's where the lock file is the same. */
async function checkOut(commit: string, to: string): Promise<void> {
  await run('git', ['worktree', 'add', '--detach', '--force', to, commit], ROOT);
  const samePackages = await run('git', ['diff', '--quiet', commit, '--', 'package-lock.json'], ROOT).then(
    () => true,
    () => false,
  );
  if (samePackages) await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], to);
  await run('npm', ['run', '--silent', 'build:api'], to);
  if (!existsSync(join(to, 'dist', 'main.js'))) throw new Error(`${commit} does not build`);
}

async function open(root: string): Promise<Side> {
  const settings = { JWT_SECRET: randomBytes(48).toString('base64url'), LOG_LEVEL: 'error' };
  const target = await EmbeddedTarget.start(settings, 1, root);
  const pool = new pg.Pool({ connectionString: target.databaseUrl, max: 1 });
  const postmaster = await postmasterPid(pool);
  await pool.end();
  const own = (await import(join(root, 'lab', 'api.ts'))) as { Api: typeof Api };
  const api = new own.Api(target.origins, target.adminEmail, target.adminPassword);
  await api.login();
  const side = {
    api,
    origins: target.origins,
    nodePids: target.pids,
    postmaster,
    stop: () => target.stop(),
  };
  opened.push(side);
  return side;
}

/** Runs a program and returns what it wrote. @throws if it fails */
async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed (${code})`);
  return output.trim();
}
