import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/index.js';
import type { KeyedRequest } from './keyed-request.js';

/** What is known of a key before this request. */
export interface EarlierRequest {
  requestHash: Buffer;
  resourceId: string | null;
  answer: unknown;
}

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /**
   * Records the key, or finds the earlier request that did. Waits for a transaction that is recording the same key.
   * @param transaction the record's; without it the record is committed at once
   */
  async claim(
    userId: string,
    { key, hash }: KeyedRequest,
    resourceId: string | null,
    transaction?: Transaction,
  ): Promise<EarlierRequest | undefined> {
    const manager = transaction ?? this.database.reader;
    for (;;) {
      const inserted: unknown[] = await manager.query(
        `INSERT INTO idempotency_records (user_id, key, request_hash, resource_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING key`,
        [userId, key, hash, resourceId],
      );
      if (inserted.length > 0) return undefined;
      const earlier = await this.find(userId, key, transaction);
      // None if it has just been swept: then the key is free again.
      if (earlier) return earlier;
    }
  }

  async find(userId: string, key: string, transaction?: Transaction): Promise<EarlierRequest | undefined> {
    const rows: EarlierRequest[] = await (transaction ?? this.database.reader).query(
      `SELECT request_hash AS "requestHash", resource_id AS "resourceId", answer
       FROM idempotency_records WHERE user_id = $1 AND key = $2`,
      [userId, key],
    );
    return rows[0];
  }

  async complete(userId: string, key: string, answer: string, transaction?: Transaction): Promise<void> {
    await (transaction ?? this.database.reader).query(
      'UPDATE idempotency_records SET answer = $3 WHERE user_id = $1 AND key = $2',
      [userId, key, answer],
    );
  }

  /**
   * Deletes at most `limit` records older than `lifetimeHours`, the oldest first, and as many of those that a user
   * has beyond the newest `maxPerUser`.
   */
  async deleteOld(lifetimeHours: number, maxPerUser: number, limit: number): Promise<number> {
    const [, expired]: [unknown, number] = await this.database.reader.query(
      `DELETE FROM idempotency_records WHERE (user_id, key) IN (
         SELECT user_id, key FROM idempotency_records WHERE created_at < now() - make_interval(hours => $1)
         ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [lifetimeHours, limit],
    );
    const [, surplus]: [unknown, number] = await this.database.reader.query(
      `DELETE FROM idempotency_records WHERE (user_id, key) IN (
         SELECT user_id, key FROM (
           SELECT user_id, key, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC, key) AS place
           FROM idempotency_records WHERE user_id IN (
             SELECT user_id FROM idempotency_records GROUP BY user_id HAVING count(*) > $1)
         ) AS placed WHERE place > $1 LIMIT $2)`,
      [maxPerUser, limit],
    );
    return expired + surplus;
  }
}
