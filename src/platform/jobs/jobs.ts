import { setTimeout as delay } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { PgBoss, type Db, type Job, type JobResult } from 'pg-boss';
import { DataSource } from 'typeorm';
import { Settings } from '../config/index.js';
import { Database, type Message, type PublishedMessage, type Transaction } from '../database/index.js';
import { joinStatements, type Statement } from './join-statements.js';
import { JobsRepository, type JobFigures, type SetAsideJob } from './jobs.repository.js';
import {
  DEFAULT_RETRIES,
  SET_ASIDE,
  setAsideOptions,
  subscriberOptions,
  SUPERVISE_SECONDS,
} from './queue-options.js';

/** Which message a handler has in hand. */
export interface Delivery {
  /** The same at every attempt, and when an admin repeats it: what handlers are idempotent by. */
  messageId: string;
  subscriber: string;
}

export type Handler<Payload> = (payload: Payload, delivery: Delivery) => Promise<void>;

export interface SubscriberOptions {
  /** How often a failed job is tried again before it is set aside. */
  retries?: number;
}

interface Subscription {
  queue: string;
  subscriber: string;
  message: Message<unknown>;
  handler: Handler<unknown>;
  retries: number;
}

/** What a job holds. */
interface Envelope {
  id: string;
  version: number;
  payload: unknown;
}

const CONNECTIONS = 3;
const RESTART_MS = 1_000;

/**
 * Carries messages to their subscribers, through pg-boss: durable work after a commit. A message becomes a job for each
 * subscriber, in a queue of its own, so that one that fails holds no other up. A job is delivered at least once: tried
 * again with growing pauses, then set aside. When an instance is killed, another has its jobs within half a minute.
 *
 * It starts beside the application, and keeps trying; a shop whose queue cannot be reached sells all the same.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(Jobs.name);
  private readonly boss: PgBoss;
  private readonly subscriptions = new Map<string, Subscription>();
  /** By queue; empty in an instance that works off no jobs. */
  private readonly workers = new Map<string, string>();
  private starting: Promise<void> | undefined;
  private stopped = false;
  private complained = false;

  /** How many handlers have run to their end in this instance, and how many have failed. */
  readonly handled = { done: 0, failed: 0 };

  constructor(
    dataSource: DataSource,
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly repository: JobsRepository,
  ) {
    const { url } = dataSource.options as { url?: string };
    this.boss = new PgBoss({
      connectionString: url as string,
      application_name: 'swiftdrop-jobs',
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      schema: 'jobs',
      // Its schema is one of our migrations.
      migrate: false,
      createSchema: false,
      schedule: false,
      registerInstance: false,
      supervise: this.works,
      superviseIntervalSeconds: SUPERVISE_SECONDS,
      monitorIntervalSeconds: SUPERVISE_SECONDS,
      openTelemetry: { enabled: false },
    });
    this.boss.on('error', (error) => this.complain(error));
    database.writeMessagesWith((transaction, messages) => this.write(transaction, messages));
  }

  /**
   * Has `handler` called for each message of this kind, at least once. Call it while modules are initialised, in every
   * instance, whether or not it works off jobs: who publishes must know the subscribers.
   * @param subscriber in kebab case, unique among those of the message; renaming it strands its jobs
   */
  subscribe<Payload>(
    message: Message<Payload>,
    subscriber: string,
    handler: Handler<Payload>,
    { retries = DEFAULT_RETRIES }: SubscriberOptions = {},
  ): void {
    const queue = `${message.name}.${subscriber}`;
    if (this.starting) throw new Error(`${queue} subscribes after the jobs have started`);
    if (this.subscriptions.has(queue)) throw new Error(`${queue} subscribes twice`);
    this.subscriptions.set(queue, {
      queue,
      subscriber,
      message,
      handler: handler as Handler<unknown>,
      retries,
    });
  }

  /**
   * Runs `work` once for each message and subscriber, however often the job is delivered: what it writes commits
   * together with the note that it is done. For effects in PostgreSQL only.
   */
  async once(
    { messageId, subscriber }: Delivery,
    work: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (await this.repository.markHandled(transaction, messageId, subscriber)) await work(transaction);
    });
  }

  /** What waits, from the database. */
  async figures(): Promise<JobFigures> {
    const figures = await this.repository.waiting([...this.subscriptions.keys(), SET_ASIDE]);
    return {
      queues: figures.filter(({ queue }) => queue !== SET_ASIDE),
      setAside: figures.find(({ queue }) => queue === SET_ASIDE)?.waiting ?? 0,
    };
  }

  /** Reads the jobs that were set aside, newest first. */
  listSetAside(
    before: { instant: string; id: string } | undefined,
    limit: number,
  ): Promise<(SetAsideJob & { position: string })[]> {
    return this.repository.setAside(before, limit);
  }

  /**
   * Puts a job that was set aside back into its subscriber's queue, with all its attempts.
   * @returns false if there is no such job, or no such subscriber any more
   */
  async repeat(transaction: Transaction, id: string): Promise<boolean> {
    await this.ready();
    return (await this.boss.redrive(SET_ASIDE, { ids: [id], db: inTransaction(transaction) })) > 0;
  }

  onApplicationBootstrap(): void {
    void this.ready().catch(() => undefined);
  }

  /** Takes no more jobs, and waits for the handlers that run. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await this.starting?.catch(() => undefined);
    const idle = Promise.all([...this.workers.keys()].map((queue) => this.boss.offWork(queue)));
    const graceMs = this.settings.raw.SHUTDOWN_TIMEOUT_SECONDS * 1000;
    await Promise.race([idle, delay(graceMs, undefined, { ref: false })]);
  }

  /** After the last request, which may still have published. */
  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ timeout: 1_000 });
  }

  private get works(): boolean {
    return this.settings.raw.ROLE !== 'api';
  }

  /** Starts once; if that fails, again after a while and whenever somebody publishes. */
  private ready(): Promise<void> {
    this.starting ??= this.start().catch((error: unknown) => {
      this.complain(error);
      this.starting = undefined;
      if (!this.stopped) setTimeout(() => this.onApplicationBootstrap(), RESTART_MS).unref();
      throw error;
    });
    return this.starting;
  }

  private async start(): Promise<void> {
    await this.boss.start();
    await this.createQueues();
    if (!this.works || this.stopped) return;
    const { JOB_BATCH_SIZE, JOB_POLLING_SECONDS } = this.settings.raw;
    for (const subscription of this.subscriptions.values()) {
      if (this.workers.has(subscription.queue)) continue;
      const worker = await this.boss.work(
        subscription.queue,
        {
          perJobResults: true,
          batchSize: JOB_BATCH_SIZE,
          pollingIntervalSeconds: JOB_POLLING_SECONDS,
          // Otherwise a worker takes one batch per poll.
          burstWhenBatchFull: true,
        },
        (jobs: Job<Envelope>[]) => this.handle(subscription, jobs),
      );
      this.workers.set(subscription.queue, worker);
    }
    this.complained = false;
  }

  private async createQueues(): Promise<void> {
    const known = new Set((await this.boss.getQueues()).map(({ name }) => name));
    if (!known.has(SET_ASIDE)) await this.boss.createQueue(SET_ASIDE, setAsideOptions);
    for (const { queue, retries } of this.subscriptions.values())
      if (known.has(queue)) await this.boss.updateQueue(queue, subscriberOptions(retries));
      else await this.boss.createQueue(queue, subscriberOptions(retries));
  }

  /** Writes the jobs of all subscribers in one statement of the transaction; nothing where nobody subscribes. */
  private async write(transaction: Transaction, messages: readonly PublishedMessage[]): Promise<void> {
    const jobs = new Map<string, { id: string; data: Envelope }[]>();
    for (const { id, message, payload } of messages)
      for (const { queue, message: subscribed } of this.subscriptions.values()) {
        if (subscribed.name !== message.name) continue;
        const job = { id, data: { id, version: message.version, payload } };
        jobs.set(queue, [...(jobs.get(queue) ?? []), job]);
      }
    if (jobs.size === 0) return;
    await this.ready();
    const statements: Statement[] = [];
    const db: Db = {
      executeSql: async (text, values = []) => {
        statements.push({ text, values });
        return { rows: [] };
      },
    };
    for (const [queue, inserted] of jobs) await this.boss.insert(queue, inserted, { db });
    const { text, values } = joinStatements(statements);
    await transaction.query(/* unchecked: pg-boss writes it */ text, values);
    transaction.afterCommit(() => this.wake(jobs.keys()));
  }

  /** Spares a worker of this instance the wait for its next poll. */
  private wake(queues: Iterable<string>): void {
    if (this.stopped) return;
    for (const queue of queues) {
      const worker = this.workers.get(queue);
      if (worker) this.boss.notifyWorker(worker);
    }
  }

  /** One after the other, each with its own outcome. */
  private async handle(subscription: Subscription, jobs: Job<Envelope>[]): Promise<JobResult[]> {
    const results: JobResult[] = [];
    for (const job of jobs) results.push(await this.handleOne(subscription, job));
    return results;
  }

  private async handleOne(
    { queue, subscriber, message, handler }: Subscription,
    { id, data }: Job<Envelope>,
  ): Promise<JobResult> {
    const parsed = message.schema.safeParse(data.payload);
    if (data.version !== message.version || !parsed.success) {
      this.handled.failed++;
      const expected = `version ${message.version}`;
      // No later attempt would read it.
      return {
        id,
        status: 'deadletter',
        output: {
          message: parsed.success
            ? `It has version ${data.version}; this is ${expected}`
            : parsed.error.message,
        },
      };
    }
    try {
      await handler(parsed.data, { messageId: data.id, subscriber });
      this.handled.done++;
      return { id, status: 'completed' };
    } catch (error) {
      this.handled.failed++;
      this.logger.warn({ err: error, queue, messageId: data.id, msg: 'A job failed' });
      return { id, status: 'failed', output: { message: describe(error) } };
    }
  }

  /** Once, until it works again: what polls fails at every poll. */
  private complain(error: unknown): void {
    if (!this.complained && !this.stopped)
      this.logger.warn({ err: error, msg: 'The job queue cannot be reached; trying on' });
    this.complained = true;
  }
}

/** Has pg-boss send its statements in our transaction. */
function inTransaction(transaction: Transaction): Db {
  return {
    async executeSql(text, values) {
      // `true`: the rows of a changing statement too.
      const result = await transaction.manager.queryRunner?.query(text, values, true);
      return { rows: result?.records ?? [] };
    },
  };
}

/** Longer messages tell no more. */
const MAX_ERROR_LENGTH = 2_000;

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(
    0,
    MAX_ERROR_LENGTH,
  );
}
