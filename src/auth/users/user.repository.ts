import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/index.js';
import type { Role, User } from './user.entity.js';

const COLUMNS = `id, email, password_hash AS "passwordHash", display_name AS "displayName", role, active,
  token_version AS "tokenVersion", created_at AS "createdAt"`;

export interface NewUser {
  id: string;
  email: string;
  passwordHash: string;
  displayName: string;
  role: Role;
}

@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  /** The created user, or undefined if the email is taken. */
  async create(transaction: Transaction, user: NewUser): Promise<User | undefined> {
    const rows: User[] = await transaction.query(
      `INSERT INTO users (id, email, password_hash, display_name, role) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (email) DO NOTHING RETURNING ${COLUMNS}`,
      [user.id, user.email, user.passwordHash, user.displayName, user.role],
    );
    return rows[0];
  }

  async findByEmail(email: string): Promise<User | undefined> {
    const rows: User[] = await this.database.reader.query(`SELECT ${COLUMNS} FROM users WHERE email = $1`, [
      email,
    ]);
    return rows[0];
  }

  async find(id: string): Promise<User | undefined> {
    const rows: User[] = await this.database.reader.query(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [id]);
    return rows[0];
  }

  /**
   * Locks the user against every other change of their account and sessions. Orders refer to users with
   * key-share locks, which this one lets pass.
   */
  async lock(transaction: Transaction, id: string): Promise<User | undefined> {
    const rows: User[] = await transaction.query(
      `SELECT ${COLUMNS} FROM users WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return rows[0];
  }

  /** Locks these users, and every active admin as well if asked, in the order of their ids. */
  async lockInOrder(
    transaction: Transaction,
    ids: readonly string[],
    withActiveAdmins: boolean,
  ): Promise<User[]> {
    return transaction.query(
      `SELECT ${COLUMNS} FROM users WHERE id = ANY($1) OR ($2 AND role = 'admin' AND active)
        ORDER BY id FOR NO KEY UPDATE`,
      [ids, withActiveAdmins],
    );
  }

  async setPassword(transaction: Transaction, id: string, passwordHash: string): Promise<void> {
    await transaction.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, passwordHash]);
  }

  async rename(transaction: Transaction, id: string, displayName: string): Promise<User | undefined> {
    const [rows]: [User[], number] = await transaction.query(
      `UPDATE users SET display_name = $2 WHERE id = $1 RETURNING ${COLUMNS}`,
      [id, displayName],
    );
    return rows[0];
  }

  /** @returns the token version from which on tokens are good. */
  async deactivate(transaction: Transaction, id: string): Promise<number> {
    const [rows]: [{ tokenVersion: number }[], number] = await transaction.query(
      `UPDATE users SET active = false, token_version = token_version + 1 WHERE id = $1
       RETURNING token_version AS "tokenVersion"`,
      [id],
    );
    return (rows[0] as { tokenVersion: number }).tokenVersion;
  }

  /** @returns whether there is such a user. */
  async activate(transaction: Transaction, id: string): Promise<boolean> {
    const [, count]: [unknown, number] = await transaction.query(
      'UPDATE users SET active = true WHERE id = $1',
      [id],
    );
    return count > 0;
  }

  async displayNames(ids: readonly string[]): Promise<{ id: string; displayName: string }[]> {
    return this.database.reader.query(
      'SELECT id, display_name AS "displayName" FROM users WHERE id = ANY($1::uuid[])',
      [ids],
    );
  }

  /** Newest first, at most `count`, after `beforeId`; `search` is a part of email or display name. */
  async search(search: string | undefined, beforeId: string | undefined, count: number): Promise<User[]> {
    const pattern = search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    return this.database.reader.query(
      `SELECT ${COLUMNS} FROM users
        WHERE ($1::uuid IS NULL OR id < $1)
          AND ($2::text IS NULL OR email ILIKE $2 OR display_name ILIKE $2)
        ORDER BY id DESC LIMIT $3`,
      [beforeId ?? null, pattern, count],
    );
  }

  async adminExists(): Promise<boolean> {
    const rows: { found: boolean }[] = await this.database.reader.query(
      `SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin') AS found`,
    );
    return rows[0]?.found === true;
  }
}
