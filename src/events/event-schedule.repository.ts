import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../platform/database/index.js';

/** A boundary that was carried out. */
export interface Boundary {
  eventId: string;
  dueAt: Date;
  at: Date;
}

/** What the scheduler asks and writes. Due is what the database's clock says, at the start of the statement. */
@Injectable()
export class EventScheduleRepository {
  constructor(private readonly database: Database) {}

  /**
   * Opens up to `count` events that are due, skipping those that another transaction acts on. One that
   * sold out before its opening was carried out stays sold out; one whose end has passed is left to be closed.
   */
  async openDue(transaction: Transaction, count: number): Promise<Boundary[]> {
    const [rows]: [Boundary[]] = await transaction.query(
      `UPDATE events
       SET status = CASE status WHEN 'locked' THEN 'live' ELSE status END, opened_at = clock_timestamp()
       WHERE id IN (
         SELECT id FROM events
         WHERE opened_at IS NULL AND status <> 'closed'
           AND starts_at <= statement_timestamp() AND ends_at > statement_timestamp()
         ORDER BY starts_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id AS "eventId", starts_at AS "dueAt", opened_at AS at /* never null: at */`,
      [count],
    );
    return rows;
  }

  /** Up to `count` events that are over and not closed yet, the longest overdue first. */
  async dueToClose(count: number): Promise<string[]> {
    const rows: { id: string }[] = await this.database.reader.query(
      `SELECT id FROM events WHERE status <> 'closed' AND ends_at <= statement_timestamp()
       ORDER BY ends_at LIMIT $1`,
      [count],
    );
    return rows.map(({ id }) => id);
  }

  /** Closes the event, whose rows the transaction has locked, unless that has happened. */
  async closeIfDue(transaction: Transaction, id: string): Promise<Boundary | undefined> {
    const [[row]]: [Boundary[]] = await transaction.query(
      `UPDATE events SET status = 'closed', closed_at = clock_timestamp()
       WHERE id = $1 AND status <> 'closed' AND ends_at <= statement_timestamp()
       RETURNING id AS "eventId", ends_at AS "dueAt", closed_at AS at /* never null: at */`,
      [id],
    );
    return row;
  }

  /** Milliseconds until the next start or end, by the database's clock; not above 0 if one is due. */
  async millisecondsToNextBoundary(): Promise<number | undefined> {
    const [row]: { ms: number | null }[] = await this.database.reader.query(
      `SELECT (extract(epoch FROM least(
           (SELECT min(starts_at) FROM events WHERE opened_at IS NULL AND status <> 'closed'),
           (SELECT min(ends_at) FROM events WHERE status <> 'closed')
         ) - clock_timestamp()) * 1000)::double precision AS ms`,
    );
    return row?.ms ?? undefined;
  }
}
