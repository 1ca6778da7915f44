import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/values/index.js';
import type { Transaction } from '../../platform/database/index.js';

/** No bcrypt hash looks like this, so no password fits. */
const UNUSABLE_HASH = '!';

/** The accounts of load tests, told by their email: `lab-<run>-…@lab.invalid`, which nobody can own. */
@Injectable()
export class DisposableAccountRepository {
  async create(transaction: Transaction, runId: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, newId);
    await transaction.query(
      `INSERT INTO users (id, email, password_hash, display_name, role)
       SELECT id, 'lab-' || $2 || '-' || id || '@lab.invalid', $3, 'Lab buyer', 'customer'
         FROM unnest($1::uuid[]) AS id`,
      [ids, runId, UNUSABLE_HASH],
    );
    return ids;
  }

  /**
   * Deactivates the run's accounts. Those that logged in with a password of their own have tokens of their
   * own, which are revoked one by one; there are few.
   * @returns how many there were
   */
  async deactivate(transaction: Transaction, runId: string): Promise<number> {
    const [retired]: [{ id: string; tokenVersion: number }[], number] = await transaction.query(
      `UPDATE users SET active = false, token_version = token_version + 1
        WHERE email LIKE 'lab-' || $1 || '-%@lab.invalid' AND role = 'customer' AND active
       RETURNING id, token_version AS "tokenVersion"`,
      [runId],
    );
    await transaction.query(
      `INSERT INTO revocations (id, user_id, min_token_version)
       SELECT gen_random_uuid(), retired.id, retired.version
         FROM unnest($1::uuid[], $2::int[]) AS retired (id, version)
        WHERE EXISTS (SELECT FROM sessions WHERE user_id = retired.id)`,
      [retired.map(({ id }) => id), retired.map(({ tokenVersion }) => tokenVersion)],
    );
    return retired.length;
  }
}
