/**
 * Looks at a page at a fixed rate from a thread of its own: beside a rush the load's thread is busy with the
 * rush's answers, and would count its own delays as the server's.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { HttpClient } from '../lab/load/http-client.ts';
import { newHistogram, percentilesOf, type Percentiles } from '../lab/load/meter.ts';
import { openLoop } from '../lab/load/pace.ts';
import { Random } from '../lab/random.ts';

const CONNECTIONS = 16;
/** A run ends when it is told to; this is in case nobody does. */
const LONGEST_RUN_MS = 600_000;

interface View {
  origin: string;
  /** The whole HTTP request. */
  payload: string;
  perSecond: number;
}

/** How long the views took, from the moment at which they were due, while `work` ran. */
export async function viewDuring(view: View, work: () => Promise<unknown>): Promise<Percentiles> {
  const thread = new Worker(new URL(import.meta.url), { workerData: view });
  try {
    await once(thread, 'message');
    await work();
    thread.postMessage('stop');
    const [percentiles] = (await once(thread, 'message')) as [Percentiles];
    return percentiles;
  } finally {
    await thread.terminate();
  }
}

async function viewUntilTold({ origin, payload, perSecond }: View): Promise<void> {
  const client = new HttpClient({ origins: [origin], connections: CONNECTIONS });
  await client.open();
  const told = new AbortController();
  parentPort?.once('message', () => told.abort());
  parentPort?.postMessage('ready');
  const latency = newHistogram();
  await openLoop({
    startAt: performance.now(),
    durationMs: LONGEST_RUN_MS,
    rate: perSecond,
    random: new Random(1, 'views'),
    signal: told.signal,
    fire: async (dueAt) => {
      const { status, answeredAt } = await client.send(payload);
      if (status !== 200) throw new Error(`the page answered ${status}`);
      latency.recordValue(Math.max(1, Math.round((answeredAt - dueAt) * 1000)));
    },
  });
  client.close();
  parentPort?.postMessage(percentilesOf(latency));
}

if (!isMainThread) await viewUntilTold(workerData as View);
