import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/index.js';
import type { Session } from './session.entity.js';

/** Old generations of a session that are still recognised as reused. */
const KEPT_GENERATIONS = 1_000;

const DELETE_BATCH = 1_000;

const COLUMNS = `id, user_id AS "userId", device, refresh_generation AS "refreshGeneration",
  created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt", ended_at AS "endedAt"`;

/** An ended session expires with its end, so that one index finds all that can be deleted. */
const END = 'ended_at = clock_timestamp(), expires_at = LEAST(expires_at, clock_timestamp())';

/** A refresh token, and how the newest generation of its session stands. Times are the database's. */
export interface PresentedToken {
  generation: number;
  /** Whether it was exchanged before. Of a past generation one token was; the others never reached their owner. */
  exchanged: boolean;
  /** Tokens of the newest generation. */
  newestCount: number;
  secondsSinceGenerationBegan: number;
  secondsSinceLastIssue: number;
}

/** The user and session of a refresh token. */
export interface TokenOwner {
  tokenHash: string;
  sessionId: string;
  userId: string;
}

/** How long a session lasts: without use, and in all. */
export interface SessionLife {
  ttlSeconds: number;
  maxSeconds: number;
}

@Injectable()
export class SessionRepository {
  constructor(private readonly database: Database) {}

  async create(
    transaction: Transaction,
    session: { id: string; userId: string; device: string },
    life: SessionLife,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO sessions (id, user_id, device, expires_at)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => LEAST($4::int, $5::int)))`,
      [session.id, session.userId, session.device, life.ttlSeconds, life.maxSeconds],
    );
  }

  async addToken(
    transaction: Transaction,
    sessionId: string,
    tokenHash: string,
    generation: number,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO refresh_tokens (token_hash, session_id, generation, issued_at)
       VALUES ($1, $2, $3, clock_timestamp())`,
      [tokenHash, sessionId, generation],
    );
  }

  /**
   * The sessions of those of the tokens that are known: open ones first, then the latest token. Locks nothing, so what
   * it says must be looked at again under the locks.
   */
  async findOwners(tokenHashes: readonly string[]): Promise<TokenOwner[]> {
    return this.database.reader.query(
      `SELECT token_hash AS "tokenHash", sessions.id AS "sessionId", sessions.user_id AS "userId"
         FROM refresh_tokens JOIN sessions ON sessions.id = refresh_tokens.session_id
        WHERE token_hash = ANY($1)
        ORDER BY ended_at IS NULL AND expires_at > clock_timestamp() DESC, issued_at DESC`,
      [tokenHashes],
    );
  }

  /** Locks a session that has neither ended nor expired. */
  async lockOpen(transaction: Transaction, id: string): Promise<Session | undefined> {
    const rows: Session[] = await transaction.query(
      `SELECT ${COLUMNS} FROM sessions
        WHERE id = $1 AND ended_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE`,
      [id],
    );
    return rows[0];
  }

  async findToken(transaction: Transaction, tokenHash: string): Promise<PresentedToken | undefined> {
    const rows: PresentedToken[] = await transaction.query(
      `SELECT token.generation, token.superseded_at IS NOT NULL AS exchanged, newest.count AS "newestCount",
              extract(epoch FROM clock_timestamp() - newest.began_at)::float8 AS "secondsSinceGenerationBegan",
              extract(epoch FROM clock_timestamp() - newest.last_at)::float8 AS "secondsSinceLastIssue"
         FROM refresh_tokens token
         JOIN sessions ON sessions.id = token.session_id
        CROSS JOIN LATERAL (
          SELECT count(*)::int AS count, min(issued_at) AS began_at, max(issued_at) AS last_at
            FROM refresh_tokens
           WHERE session_id = sessions.id AND generation = sessions.refresh_generation) newest
        WHERE token.token_hash = $1`,
      [tokenHash],
    );
    return rows[0];
  }

  /** Exchanges a token of `generation` for the next one, and forgets those that are too old to matter. */
  async startGenerationAfter(
    transaction: Transaction,
    sessionId: string,
    generation: number,
    tokenHash: string,
  ): Promise<void> {
    await transaction.query(
      'UPDATE refresh_tokens SET superseded_at = clock_timestamp() WHERE token_hash = $1',
      [tokenHash],
    );
    await transaction.query('DELETE FROM refresh_tokens WHERE session_id = $1 AND generation < $2', [
      sessionId,
      generation - KEPT_GENERATIONS,
    ]);
    await transaction.query('UPDATE sessions SET refresh_generation = $2 + 1 WHERE id = $1', [
      sessionId,
      generation,
    ]);
  }

  /** Marks a session as used, which prolongs it as far as its life in all allows. */
  async prolong(transaction: Transaction, sessionId: string, life: SessionLife): Promise<void> {
    await transaction.query(
      `UPDATE sessions
          SET last_used_at = clock_timestamp(),
              expires_at = LEAST(clock_timestamp() + make_interval(secs => $2),
                                 created_at + make_interval(secs => $3))
        WHERE id = $1`,
      [sessionId, life.ttlSeconds, life.maxSeconds],
    );
  }

  async listOpen(userId: string): Promise<Session[]> {
    return this.database.reader.query(
      `SELECT ${COLUMNS} FROM sessions
        WHERE user_id = $1 AND ended_at IS NULL AND expires_at > clock_timestamp()
        ORDER BY last_used_at DESC, id DESC`,
      [userId],
    );
  }

  /** @returns whether it was the user's and open. */
  async end(transaction: Transaction, userId: string, id: string): Promise<boolean> {
    const [, count]: [unknown, number] = await transaction.query(
      `UPDATE sessions SET ${END} WHERE id = $1 AND user_id = $2 AND ended_at IS NULL`,
      [id, userId],
    );
    return count > 0;
  }

  /** Ends all of the user's sessions but `keptId`. @returns the ids of those that ended. */
  async endAll(transaction: Transaction, userId: string, keptId?: string): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await transaction.query(
      `UPDATE sessions SET ${END}
        WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $2::uuid RETURNING id`,
      [userId, keptId ?? null],
    );
    return rows.map(({ id }) => id);
  }

  /** Ends the user's longest unused sessions beyond `kept`. @returns the ids of those that ended. */
  async endLeastUsed(transaction: Transaction, userId: string, kept: number): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await transaction.query(
      `UPDATE sessions SET ${END} WHERE id IN (
         SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL
          ORDER BY last_used_at DESC, id DESC OFFSET $2) RETURNING id`,
      [userId, kept],
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes a batch of sessions, with their tokens, that ended or expired over a day ago. */
  async deleteOld(transaction: Transaction): Promise<number> {
    const [, count]: [unknown, number] = await transaction.query(
      `DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions WHERE expires_at < clock_timestamp() - interval '1 day'
          ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [DELETE_BATCH],
    );
    return count;
  }
}
