import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { Database, defineMessage } from '../../src/platform/database/index.js';
import { Jobs } from '../../src/platform/jobs/index.js';
import { startTestApp, TEST_SETTINGS, type TestApp } from '../support/test-app.js';
import { until } from '../support/wait.js';

const JOBS = 1_000;
const LIMIT_MS = 30_000;

const Counted = defineMessage('Counted', 1, z.object({ number: z.int() }), 'A test counts.');

/**
 * Goal: a worker that is killed in the middle of its jobs loses none, and repeats no effect. Method: a thousand jobs that
 * each insert a row; a worker is killed with SIGKILL when it has done some of them, and another takes over.
 * Negative control: without `jobs.once` the same kill leaves doubled rows.
 */
describe('a worker killed in the middle of a thousand jobs', () => {
  let server: TestApp;
  let children: ChildProcess[];

  beforeEach(async () => {
    children = [];
    server = await startTestApp({ ROLE: 'api' }, undefined, (app) =>
      app
        .get(Jobs)
        .subscribe(Counted, 'effects', () => Promise.reject(new Error('ROLE=api works off nothing'))),
    );
    await server.database.pool.query('CREATE TABLE effects (number integer NOT NULL)');
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await server.close();
  });

  const startWorker = (mode: 'once' | 'bare') => {
    const child = spawn(process.execPath, ['test/support/job-worker.js', server.database.url, mode], {
      env: { PATH: process.env.PATH, ...TEST_SETTINGS, JOB_BATCH_SIZE: '100', JOB_POLLING_SECONDS: '0.5' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  };
  const count = async (sql: string) => Number((await server.database.pool.query(sql)).rows[0].count);
  const effects = () => count('SELECT count(*) FROM effects');
  const distinctEffects = () => count('SELECT count(DISTINCT number) FROM effects');
  const unfinished = () =>
    count(`SELECT count(*) FROM jobs.job WHERE name = 'Counted.effects' AND state <> 'completed'`);

  /** Returns how long after the kill all jobs were done. */
  async function killInTheMiddle(mode: 'once' | 'bare'): Promise<number> {
    const first = startWorker(mode);
    await server.app.get(Database).transaction(async (transaction) => {
      for (let number = 0; number < JOBS; number++) transaction.publish(Counted, { number });
    });
    // In the middle of its second batch or a later one: effects without their completion.
    await until(async () => (await effects()) % 100 > 50 && (await effects()) > 100, LIMIT_MS);
    await kill(first);
    expect(await unfinished()).toBeGreaterThan(0);
    startWorker(mode);
    return until(async () => (await unfinished()) === 0, LIMIT_MS);
  }

  it('has all of them done by another within 30 s, each effect once', async () => {
    await killInTheMiddle('once');
    expect(await distinctEffects()).toBe(JOBS);
    expect(await effects()).toBe(JOBS);
  }, 90_000);

  it('doubles effects without the dedupe (negative control)', async () => {
    await killInTheMiddle('bare');
    expect(await distinctEffects()).toBe(JOBS);
    expect(await effects()).toBeGreaterThan(JOBS);
  }, 90_000);
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
