import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/index.js';

type Listener = (payload: string) => void;

const RECONNECT_DELAY_MS = 1_000;
const KEEP_ALIVE_MS = 15_000;

/**
 * Tells all instances that something changed, over PostgreSQL's LISTEN/NOTIFY. A signal is a hint, never
 * the truth: one may be lost while a connection is down, so listeners are also called with an empty
 * payload after every (re)connection and must then look for themselves.
 *
 * Never for the purchase path: NOTIFY inside a transaction serialises all commits of the database.
 */
@Injectable()
export class DatabaseSignals implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(DatabaseSignals.name);
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: pg.Client | undefined;
  private reconnectTimer: NodeJS.Timeout | undefined;
  private keepAliveTimer: NodeJS.Timeout | undefined;
  private stopped = false;
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /** Calls `listener` for each signal on `channel` (an identifier of ours), until the returned function is called. */
  on(channel: string, listener: Listener): () => void {
    const existing = this.listeners.get(channel);
    if (existing) existing.add(listener);
    else {
      this.listeners.set(channel, new Set([listener]));
      if (this.client) void this.ask(this.client, `LISTEN ${pg.escapeIdentifier(channel)}`);
    }
    return () => this.listeners.get(channel)?.delete(listener);
  }

  /** Sends when `transaction` commits; not at all if it rolls back. */
  async send(transaction: Transaction, channel: string, payload = ''): Promise<void> {
    await transaction.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  /** Sends now, in a transaction of its own. */
  async broadcast(channel: string, payload = ''): Promise<void> {
    await this.dataSource.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.reconnectTimer);
    clearInterval(this.keepAliveTimer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    if (this.stopped) return;
    const { url } = this.dataSource.options as { url?: string };
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      application_name: 'swiftdrop-signals',
      keepAlive: true,
    });
    client.on('error', () => this.reconnectLater(client));
    client.on('end', () => this.reconnectLater(client));
    client.on('notification', ({ channel, payload }) => this.deliver(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of this.listeners.keys())
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      this.logger.warn({ err: error, msg: 'Signals between instances are down; retrying' });
      this.reconnectLater(client);
      return;
    }
    this.client = client;
    // A connection that died without a word is found by asking.
    this.keepAliveTimer = setInterval(() => void this.ask(client, 'SELECT 1'), KEEP_ALIVE_MS);
    for (const channel of this.listeners.keys()) this.deliver(channel, '');
  }

  /** One query after the other: pg wants no second one on a client that is busy. */
  private ask(client: pg.Client, sql: string): Promise<void> {
    this.asking = this.asking
      .then(() => client.query({ text: sql, query_timeout: 5_000 } as pg.QueryConfig))
      .then(
        () => undefined,
        () => this.reconnectLater(client),
      );
    return this.asking;
  }

  private reconnectLater(client: pg.Client): void {
    client.removeAllListeners();
    client.on('error', () => undefined);
    void client.end().catch(() => undefined);
    clearInterval(this.keepAliveTimer);
    if (this.client === client) this.client = undefined;
    if (this.stopped) return;
    clearTimeout(this.reconnectTimer);
    this.reconnectTimer = setTimeout(() => void this.connect(), RECONNECT_DELAY_MS);
  }

  private deliver(channel: string, payload: string): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        this.logger.error({ err: error, msg: `A listener of ${channel} failed` });
      }
    }
  }
}
