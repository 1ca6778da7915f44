// A worker with a subscriber of its own, as a process that can be killed: node test/support/job-worker.js DATABASE_URL once|bare
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createApp } from '../../dist/app.js';
import { entities } from '../../dist/entities.js';
import { Settings } from '../../dist/platform/config/index.js';
import { createDataSource, Database, defineMessage } from '../../dist/platform/database/index.js';
import { Jobs } from '../../dist/platform/jobs/index.js';

const [url, mode] = process.argv.slice(2);
/** Long enough for a kill to fall between an effect and the completion of its batch. */
const WORK_MS = 3;

const settings = Settings.parse({ ...process.env, DATABASE_URL: url, ROLE: 'worker', SEED_DEMO: 'off' });
const app = await createApp(settings, await createDataSource(url, 5, entities).initialize());
const jobs = app.get(Jobs);
const database = app.get(Database);
const Counted = defineMessage('Counted', 1, z.object({ number: z.int() }), 'A test counts.');

jobs.subscribe(Counted, 'effects', async ({ number }, delivery) => {
  const work = (transaction) => transaction.query('INSERT INTO effects (number) VALUES ($1)', [number]);
  if (mode === 'once') await jobs.once(delivery, work);
  else await database.transaction(work);
  await delay(WORK_MS);
});
await app.init();
