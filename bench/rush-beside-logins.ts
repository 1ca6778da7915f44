/**
 * What a storm of logins and registrations costs a rush: the rush of bench/purchase.ts alone and beside fifty
 * clients who log in and register again and again, in turns, so that what else the machine does falls on both.
 *
 *   npm run bench:rush-beside-logins -- [--rounds 3] [--requests 30000] [--json FILE]
 *
 * Prints a Markdown table; the ratio is the median over the rounds.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { Api, type Buyer } from '../lab/api.ts';
import { median } from '../lab/compare.ts';
import { describeMachine } from '../lab/machine.ts';
import { Requests } from '../lab/requests.ts';
import { EmbeddedTarget } from '../lab/target.ts';
import { fire, markdownTable, type Measurement } from './measure.ts';

const CONNECTIONS = 200;
const CLIENTS = 50;
const HOUR_SECONDS = 3_600;
const PASSWORD = 'correct horse battery';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '30000' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);

const target = await EmbeddedTarget.start({ LOG_LEVEL: 'error' }, 1);
const origin = target.origins[0] as string;
const dispatcher = new Agent({ connections: CLIENTS });
try {
  const api = new Api(target.origins, target.adminEmail, target.adminPassword);
  await api.login();
  await rush(api, requests / 5);
  const alone: Measurement[] = [];
  const beside: (Measurement & { authPerSecond: number })[] = [];
  for (let round = 1; round <= rounds; round++) {
    alone.push(await rush(api, requests));
    beside.push(await rushBesideStorm(api));
    console.log(
      `round ${round}  alone ${Math.round(alone.at(-1)?.perSecond ?? 0)} /s  beside ${Math.round(beside.at(-1)?.perSecond ?? 0)} /s`,
    );
  }
  const ratio = median(beside.map((one, round) => one.perSecond / (alone[round] as Measurement).perSecond));
  const row = (title: string, all: readonly Measurement[]) => [
    title,
    (median(all.map(({ perSecond }) => perSecond)) ?? 0).toFixed(0),
    (median(all.map(({ p99Ms }) => p99Ms)) ?? 0).toFixed(1),
  ];
  const storm = median(beside.map(({ authPerSecond }) => authPerSecond)) ?? 0;
  console.log(
    `\n${markdownTable(
      ['', 'orders/s', 'p99 ms'],
      [row('rush alone', alone), row(`beside ${storm.toFixed(0)} logins and registrations/s`, beside)],
    )}\n\nthe storm costs the rush ${((1 - (ratio ?? 0)) * 100).toFixed(0)} %`,
  );
  if (values.json)
    await writeFile(
      values.json,
      `${JSON.stringify({ ratio, alone, beside, machine: describeMachine() }, null, 2)}\n`,
    );
} finally {
  await dispatcher.close();
  await target.stop();
}

async function rush(api: Api, count: number, onOpen?: () => Promise<void>): Promise<Measurement> {
  const runId = randomBytes(5).toString('hex');
  const buyers = await api.makeBuyers(runId, count, HOUR_SECONDS, () => undefined);
  const drop = await api.makeDrop({
    runId,
    items: 1,
    stock: count,
    perUserLimit: 1,
    leadMs: -1_000,
    openSeconds: HOUR_SECONDS,
    reservationTtlSeconds: HOUR_SECONDS,
  });
  const build = new Requests(origin);
  const itemId = drop.items[0]?.id as string;
  return fire(
    {
      origins: [origin],
      connections: CONNECTIONS,
      requests: count,
      expected: 201,
      request: (index) => build.purchase(itemId, (buyers[index] as Buyer).accessToken, `${runId}-${index}`),
      ...(onOpen && { onOpen }),
    },
    { nodePids: target.pids, postmaster: 0 },
  );
}

async function rushBesideStorm(api: Api): Promise<Measurement & { authPerSecond: number }> {
  const end = new AbortController();
  const { signal } = end;
  let answered = 0;
  let startedAt = 0;
  const clients: Promise<void>[] = [];
  const client = async (index: number) => {
    const email = `storm-${index}-${randomBytes(5).toString('hex')}@example.org`;
    for (let turn = 0; !signal.aborted; turn++) {
      // One registration to three logins; beyond what the hashing threads can do, both are answered 503 and come back
      // when they are told to.
      const isNew = turn % 4 === 0;
      const account = isNew ? email.replace('@', `-${turn}@`) : email.replace('@', '-0@');
      const { status, retryAfterSeconds } = await post(isNew ? 'register' : 'login', account);
      if (status !== 503) answered++;
      else await delay(retryAfterSeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  };
  try {
    const measured = await rush(api, requests, async () => {
      startedAt = performance.now();
      for (let index = 0; index < CLIENTS; index++) clients.push(client(index));
    });
    return { ...measured, authPerSecond: (answered * 1000) / (performance.now() - startedAt) };
  } finally {
    end.abort();
    await Promise.all(clients);
  }
}

async function post(
  act: 'register' | 'login',
  email: string,
): Promise<{ status: number; retryAfterSeconds: number }> {
  const { statusCode, headers, body } = await request(`${origin}/api/v1/auth/${act}`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email,
      password: PASSWORD,
      ...(act === 'register' && { displayName: email.slice(0, 20) }),
    }),
  });
  await body.dump();
  return { status: statusCode, retryAfterSeconds: Number(headers['retry-after'] ?? 0) };
}
