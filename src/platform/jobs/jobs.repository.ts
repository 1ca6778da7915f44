import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/index.js';

/** What waits in a subscriber's queue. */
export interface QueueFigures {
  queue: string;
  waiting: number;
  /** How long the longest has waited; 0 if none does. */
  oldestSeconds: number;
}

export interface JobFigures {
  queues: QueueFigures[];
  setAside: number;
}

/** A job that failed for good. */
export interface SetAsideJob {
  id: string;
  /** Whose it was: a message and its subscriber. */
  queue: string;
  messageId: string;
  payload: unknown;
  /** The last error. */
  error: string;
  attempts: number;
  publishedAt: Date;
  setAsideAt: Date;
}

@Injectable()
export class JobsRepository {
  constructor(private readonly database: Database) {}

  /** Notes that the subscriber handles the message in this transaction. False if another has; it is waited for. */
  async markHandled(transaction: Transaction, messageId: string, subscriber: string): Promise<boolean> {
    const rows: unknown[] = await transaction.query(
      `INSERT INTO handled_messages (message_id, subscriber) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`,
      [messageId, subscriber],
    );
    return rows.length > 0;
  }

  /** Deletes at most `limit` notes that are older than `days`; returns how many. */
  async deleteHandled(days: number, limit: number): Promise<number> {
    const [, count]: [unknown[], number] = await this.database.reader.query(
      `DELETE FROM handled_messages WHERE (message_id, subscriber) IN (
         SELECT message_id, subscriber FROM handled_messages WHERE handled_at < now() - make_interval(days => $1)
         ORDER BY handled_at LIMIT $2)`,
      [days, limit],
    );
    return count;
  }

  /** Counts what waits in these queues, an empty one as 0. */
  waiting(queues: readonly string[]): Promise<QueueFigures[]> {
    return this.database.reader.query(
      `SELECT q.name AS queue, w.waiting, w.seconds AS "oldestSeconds"
       FROM jobs.queue q CROSS JOIN LATERAL (
         SELECT count(*)::integer AS waiting,
           coalesce(extract(epoch FROM now() - min(j.created_on)), 0)::double precision AS seconds
         FROM jobs.job j WHERE j.name = q.name AND j.state < 'active'
       ) AS w
       WHERE q.name = ANY ($1)`,
      [queues],
    );
  }

  /** Newest first, from after `before`; `position` is when it was set aside, as text that keeps the microseconds. */
  setAside(
    before: { instant: string; id: string } | undefined,
    limit: number,
  ): Promise<(SetAsideJob & { position: string })[]> {
    return this.database.reader.query(
      `SELECT id, source_name AS queue, (data ->> 'id')::uuid AS "messageId", data -> 'payload' AS payload,
         coalesce(left(source_output ->> 'message', 2000), '') AS error, source_retry_count + 1 AS attempts,
         source_created_on AS "publishedAt", created_on AS "setAsideAt",
         to_char(created_on AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position
         /* never null: queue, publishedAt, setAsideAt */
       FROM jobs.job
       WHERE name = 'set-aside' AND state < 'active' AND source_name IS NOT NULL
         AND ($1::timestamptz IS NULL OR (created_on, id) < ($1::timestamptz, $2::uuid))
       ORDER BY created_on DESC, id DESC LIMIT $3`,
      [before?.instant ?? null, before?.id ?? null, limit],
    );
  }
}
