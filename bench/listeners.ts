/**
 * What idle listeners cost one instance, and how soon they hear: memory and processor time with thousands of
 * WebSockets on one event, and the time from the answer to a purchase until every listener has the new stock.
 *
 *   npm run bench:listeners -- [--listeners 5000]
 *
 * The listeners run in this process, on the same machine.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { startBenchServer } from './server.ts';

const CONNECT_AT_ONCE = 100;
const IDLE_SECONDS = 10;
const PURCHASES = 10;
const ARRIVAL_TIMEOUT_MS = 10_000;

const { values } = parseArgs({ options: { listeners: { type: 'string', default: '5000' } } });
const count = Number(values.listeners);

interface DemoEvent {
  id: string;
  items: { id: string; perUserLimit: number }[];
}

const server = await startBenchServer({
  // A fifth of them is kept for requests.
  MAX_CONNECTIONS: String(Math.ceil(count * 1.25) + 100),
  REALTIME_CONNECTIONS_PER_ADDRESS: String(count),
});
const sockets: WebSocket[] = [];
/** What the message of the change that is waited for has in it. */
let expected = '-';
let heard = 0;
let onHeard: () => void = () => undefined;
try {
  const { data } = await get<{ data: DemoEvent[] }>('/api/v1/events?status=live');
  const event = data[0] as DemoEvent;
  const before = await usage();

  const connectingSince = performance.now();
  for (let start = 0; start < count; start += CONNECT_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(CONNECT_AT_ONCE, count - start) }, () => listen(event.id)),
    );
  const connectSeconds = (performance.now() - connectingSince) / 1000;
  await delay(2_000);

  const connected = await usage();
  await delay(IDLE_SECONDS * 1000);
  const idle = await usage();

  const token = await logIn();
  const arrivals: { first: number; last: number }[] = [];
  const buying = await usage();
  for (let purchase = 0; purchase < PURCHASES; purchase++) arrivals.push(await buyAndReturn(event, token));
  const bought = await usage();

  const kilobytes = (connected.memoryBytes - before.memoryBytes) / 1024;
  print('Listeners', `${count}, connected in ${connectSeconds.toFixed(1)} s`);
  print(
    'Memory',
    `${(kilobytes / 1024).toFixed(0)} MB more, ${(kilobytes / count).toFixed(1)} kB each (resident)`,
  );
  print(
    'Processor, idle',
    `${(((idle.cpuSeconds - connected.cpuSeconds) / IDLE_SECONDS) * 100).toFixed(1)} % of a core`,
  );
  print(
    'New stock at the first',
    `${median(arrivals.map(({ first }) => first)).toFixed(0)} ms after the answer (median)`,
  );
  print(
    'New stock at the last',
    `${median(arrivals.map(({ last }) => last)).toFixed(0)} ms after the answer (median)`,
  );
  print(
    'Processor per change',
    `${(((bought.cpuSeconds - buying.cpuSeconds) / (2 * PURCHASES)) * 1000).toFixed(0)} ms for all listeners`,
  );
} finally {
  for (const socket of sockets) socket.terminate();
  await server.stop();
}

async function listen(eventId: string): Promise<void> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/realtime`);
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.send('{"type":"hello"}');
      socket.send(JSON.stringify({ type: 'subscribe', channel: `event:${eventId}` }));
    });
    socket.on('message', (data: Buffer) => {
      // Parsing thousands of equal messages would measure this process, not the server.
      if (data.includes('"type":"subscribed"')) resolve();
      else if (data.includes(expected)) {
        heard += 1;
        onHeard();
      }
    });
  });
}

/** Buys a unit, waits until all listeners have heard, gives it back, and waits for the quiet. */
async function buyAndReturn(event: DemoEvent, token: string): Promise<{ first: number; last: number }> {
  const item = event.items[0] as DemoEvent['items'][number];
  const now = await get<{ items: { id: string; stockRemaining: number }[] }>(`/api/v1/events/${event.id}`);
  const stock = now.items.find(({ id }) => id === item.id)?.stockRemaining as number;
  const bought = arrival(`"id":"${item.id}","stockRemaining":${stock - 1}`);
  const { order } = await post<{ order: { id: string } }>(`/api/v1/purchase/${item.id}`, token);
  const answeredAt = performance.now();
  const { firstAt, lastAt } = await bought;
  const returned = arrival(`"id":"${item.id}","stockRemaining":${stock}`);
  await post(`/api/v1/purchase/${order.id}/cancel`, token);
  await returned;
  await delay(1_500);
  return { first: firstAt - answeredAt, last: lastAt - answeredAt };
}

async function arrival(text: string): Promise<{ firstAt: number; lastAt: number }> {
  expected = text;
  heard = 0;
  let firstAt = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${heard} of ${count} listeners heard in ${ARRIVAL_TIMEOUT_MS} ms`)),
      ARRIVAL_TIMEOUT_MS,
    );
    onHeard = () => {
      if (heard === 1) firstAt = performance.now();
      if (heard !== count) return;
      clearTimeout(timer);
      resolve({ firstAt, lastAt: performance.now() });
    };
  });
}

async function usage(): Promise<{ memoryBytes: number; cpuSeconds: number }> {
  const { body } = await request(`${server.url}/metrics`);
  const text = await body.text();
  const read = (name: string) => Number(new RegExp(`^\\S*${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    memoryBytes: read('process_resident_memory_bytes'),
    cpuSeconds: read('process_cpu_seconds_total'),
  };
}

async function logIn(): Promise<string> {
  const { accessToken } = await post<{ accessToken: string }>('/api/v1/auth/login', undefined, {
    email: 'ada@swiftdrop.example',
    password: 'demo-shopper',
  });
  return accessToken;
}

async function get<T>(path: string): Promise<T> {
  const { body } = await request(server.url + path);
  return (await body.json()) as T;
}

async function post<T>(path: string, token?: string, json?: object): Promise<T> {
  const { statusCode, body } = await request(server.url + path, {
    method: 'POST',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json && { 'content-type': 'application/json' }),
    },
    body: json && JSON.stringify(json),
  });
  if (statusCode >= 300) throw new Error(`POST ${path} answered ${statusCode}: ${await body.text()}`);
  return (await body.json()) as T;
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

function print(label: string, value: string): void {
  console.log(`${label.padEnd(24)} ${value}`);
}
