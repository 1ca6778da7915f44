/**
 * Shows that hashing passwords does not hold up the shop: how long GET /api/v1/events takes while fifty
 * logins run at once, against none.
 *
 * Reads are sent at a fixed pace and timed from the moment they were due, so that a stalled server cannot
 * hide its stall by holding the sender back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startBenchServer } from './server.ts';

const LOGINS_AT_ONCE = 50;
const READS_PER_SECOND = 200;
const WARM_UP_SECONDS = 3;
/** Quiet and storm take turns, so that what else the machine does falls on both. */
const ROUNDS = 3;
const PHASE_SECONDS = 4;
const PASSWORD = 'correct horse battery';

interface Figures {
  count: number;
  p50: number;
  p99: number;
  worst: number;
}

const server = await startBenchServer();
const dispatcher = new Agent({ connections: 200, pipelining: 1 });
let interrupted = false;
process.once('SIGINT', () => (interrupted = true));
try {
  const emails = Array.from({ length: LOGINS_AT_ONCE }, (_, index) => `storm-${index}@example.org`);
  await Promise.all(
    emails.map((email) => post('register', { email, password: PASSWORD, displayName: email })),
  );
  await read(WARM_UP_SECONDS);
  const quietReads: number[] = [];
  const stormReads: number[] = [];
  const logins: number[] = [];
  for (let round = 0; round < ROUNDS && !interrupted; round++) {
    quietReads.push(...(await read(PHASE_SECONDS)));
    stormReads.push(...(await storm(emails, logins)));
  }
  const quiet = figures(quietReads);
  const during = figures(stormReads);

  print('GET /api/v1/events, no logins', quiet);
  print(`the same, ${LOGINS_AT_ONCE} logins at once`, during);
  print('POST /api/v1/auth/login', figures(logins));
  console.log(`\np99 with logins / without: ${(during.p99 / quiet.p99).toFixed(1)}`);
} finally {
  await dispatcher.close();
  await server.stop();
}

/** Reads at the fixed pace for so long; the milliseconds that each took. */
async function read(seconds: number): Promise<number[]> {
  const total = seconds * READS_PER_SECOND;
  const startedAt = performance.now();
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  for (let sent = 0; sent < total && !interrupted; sent++) {
    const dueAt = startedAt + (sent * 1000) / READS_PER_SECOND;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    pending.push(
      get('/api/v1/events').then(() => {
        times.push(performance.now() - dueAt);
      }),
    );
  }
  await Promise.all(pending);
  return times;
}

/** Keeps every account logging in, again and again, while the reads go on; adds to `logins` what each took. */
async function storm(emails: string[], logins: number[]): Promise<number[]> {
  let over = false;
  const shoppers = emails.map(async (email) => {
    while (!over) {
      const startedAt = performance.now();
      await post('login', { email, password: PASSWORD });
      logins.push(performance.now() - startedAt);
    }
  });
  const reads = await read(PHASE_SECONDS);
  over = true;
  await Promise.all(shoppers);
  return reads;
}

async function get(path: string): Promise<void> {
  const { statusCode, body } = await request(server.url + path, { dispatcher });
  await body.dump();
  if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}`);
}

/** Where too many log in at once, comes back when it is told to. */
async function post(act: 'register' | 'login', body: object): Promise<void> {
  const response = await request(`${server.url}/api/v1/auth/${act}`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.body.text();
  if (response.statusCode === 503) {
    await delay(Number(response.headers['retry-after']) * 1000);
    return post(act, body);
  }
  if (response.statusCode >= 300) throw new Error(`${act} answered ${response.statusCode}: ${text}`);
}

function figures(times: number[]): Figures {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: at(1) };
}

function print(label: string, { count, p50, p99, worst }: Figures): void {
  const ms = (value: number) => value.toFixed(1).padStart(8);
  console.log(
    `${label.padEnd(34)} ${String(count).padStart(6)} requests  p50 ${ms(p50)} ms  p99 ${ms(p99)} ms  worst ${ms(worst)} ms`,
  );
}
