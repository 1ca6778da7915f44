import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { Settings } from '../config/index.js';
import { endConnectionsLentTooLong, surviveBrokenConnections } from './pool-care.js';
import { LENT_LIMIT_MS, SESSION_OPTIONS } from './timeouts.js';
import type { PublishedMessage } from './message.js';
import { Transaction } from './transaction.js';

export interface PoolFigures {
  total: number;
  idle: number;
  waiting: number;
}

/** Writes the messages of a transaction into the job queue, as its last act before the commit. */
export type MessageWriter = (
  transaction: Transaction,
  messages: readonly PublishedMessage[],
) => Promise<void>;

/** Opens transactions for services, and lends connections for what TypeORM is too slow for. */
@Injectable()
export class Database implements OnApplicationShutdown {
  /**
   * For claims alone, so that a storm of logins or page views cannot keep a purchase waiting for a
   * connection. Small on purpose: claims of one item wait for one row, and more connections only queue there.
   */
  readonly claims: pg.Pool;

  /**
   * One connection for looking out for what other instances did, such as revocations, and whether the database
   * answers: it must be known within a second, so it cannot queue behind page views. Its queries give up soon
   * and are tried anew.
   */
  readonly watch: pg.Pool;

  private messageWriter: MessageWriter | undefined;

  constructor(
    private readonly dataSource: DataSource,
    settings: Settings,
  ) {
    const { url } = dataSource.options as { url?: string };
    this.claims = new pg.Pool({
      connectionString: url,
      max: settings.raw.CLAIM_POOL_SIZE,
      connectionTimeoutMillis: 5_000,
      application_name: 'swiftdrop-claims',
      options: SESSION_OPTIONS,
    });
    surviveBrokenConnections(this.claims);
    this.watch = new pg.Pool({
      connectionString: url,
      max: 1,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
      statement_timeout: 2_000,
      application_name: 'swiftdrop-watch',
    });
    surviveBrokenConnections(this.watch);
    endConnectionsLentTooLong(this.generalPool, LENT_LIMIT_MS);
  }

  /** Registers the job queue, which stands above the database. */
  writeMessagesWith(writer: MessageWriter): void {
    this.messageWriter = writer;
  }

  /**
   * Runs `work` in one READ COMMITTED transaction; what throws rolls back. Messages are written right before the commit,
   * hints are told after it.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let opened: Transaction | undefined;
    const result = await this.dataSource.transaction('READ COMMITTED', async (manager) => {
      opened = new Transaction(manager);
      const done = await work(opened);
      if (opened.published.length > 0) await this.writeMessages(opened);
      return done;
    });
    opened?.committed();
    return result;
  }

  private async writeMessages(transaction: Transaction): Promise<void> {
    if (!this.messageWriter) throw new Error('There is no job queue to publish messages to');
    await this.messageWriter(transaction, transaction.published);
  }

  /** For reads outside a transaction. */
  get reader(): EntityManager {
    return this.dataSource.manager;
  }

  /**
   * A statement in a transaction of its own whose plan each connection keeps under `name`, for the hottest pages: for an
   * event with its items, planning took four fifths of the 0.96 ms that PostgreSQL and TypeORM spent.
   */
  async queryPrepared<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { rows } = await this.generalPool.query<Row>({ name, text, values: [...values] });
    return rows;
  }

  /**
   * Asks the server for an answer, past the queue of the general pool: an instance that page views keep busy
   * still sells, and must not be taken for one without a database.
   */
  async ping(): Promise<void> {
    await this.watch.query('SELECT 1');
  }

  /** What each pool holds at this moment, for the metrics. */
  get pools(): Record<'general' | 'claims', PoolFigures> {
    return { general: figures(this.generalPool), claims: figures(this.claims) };
  }

  private get generalPool(): pg.Pool {
    return (this.dataSource.driver as unknown as { master: pg.Pool }).master;
  }

  /** After the last request has been answered: Nest closes the server before it calls this. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.claims.end(), this.watch.end()]);
  }
}

function figures({ totalCount, idleCount, waitingCount }: pg.Pool): PoolFigures {
  return { total: totalCount, idle: idleCount, waiting: waitingCount };
}
