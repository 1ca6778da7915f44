import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/values/index.js';
import { Database, type Transaction } from '../../platform/database/index.js';

export interface RevocationRow {
  sessionId: string | null;
  userId: string | null;
  minTokenVersion: number | null;
  ageSeconds: number;
}

/** Bounds what one clean-up deletes at once. */
const DELETE_BATCH = 5_000;

@Injectable()
export class RevocationRepository {
  constructor(private readonly database: Database) {}

  async revokeSessions(transaction: Transaction, sessionIds: readonly string[]): Promise<void> {
    if (sessionIds.length === 0) return;
    await transaction.query(
      'INSERT INTO revocations (id, session_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
      [sessionIds.map(() => newId()), sessionIds],
    );
  }

  /** Revokes the user's tokens with a version below `minTokenVersion`. */
  async revokeUser(transaction: Transaction, userId: string, minTokenVersion: number): Promise<void> {
    await transaction.query('INSERT INTO revocations (id, user_id, min_token_version) VALUES ($1, $2, $3)', [
      newId(),
      userId,
      minTokenVersion,
    ]);
  }

  /** What was revoked since `overlapSeconds` before `since` (everything, if undefined), and the time now. */
  async readSince(
    since: string | undefined,
    overlapSeconds: number,
  ): Promise<{ readAt: string; revocations: RevocationRow[] }> {
    const { rows } = await this.database.watch.query<RevocationRow & { readAt: string }>(
      `SELECT reading.at::text AS "readAt",
              session_id AS "sessionId", user_id AS "userId", min_token_version AS "minTokenVersion",
              extract(epoch FROM reading.at - created_at)::float8 AS "ageSeconds"
         FROM (SELECT clock_timestamp() AS at) reading
         LEFT JOIN revocations
           ON created_at > coalesce($1::timestamptz, '-infinity') - make_interval(secs => $2)`,
      [since ?? null, overlapSeconds],
    );
    return { readAt: rows[0]?.readAt ?? '-infinity', revocations: rows };
  }

  /** Deletes a batch of what is of no use any more; instances that do it at once share the work. */
  async deleteOlderThan(seconds: number): Promise<void> {
    await this.database.watch.query(
      `DELETE FROM revocations WHERE id IN (
         SELECT id FROM revocations WHERE created_at < clock_timestamp() - make_interval(secs => $1)
          ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [seconds, DELETE_BATCH],
    );
  }
}
