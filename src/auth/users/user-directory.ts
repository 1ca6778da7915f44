import { Injectable } from '@nestjs/common';
import { authErrors } from '../auth.errors.js';
import { UserRepository } from './user.repository.js';

/** Who is behind the ids that other modules keep. */
@Injectable()
export class UserDirectory {
  constructor(private readonly users: UserRepository) {}

  /** The display names of these users in one query, those of deactivated accounts too; unknown ids are left out. */
  async displayNames(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const found = await this.users.displayNames([...new Set(ids)]);
    return new Map(found.map(({ id, displayName }) => [id, displayName]));
  }

  /** @throws USER_NOT_FOUND */
  async assertKnown(id: string): Promise<void> {
    if (!(await this.displayNames([id])).has(id)) throw authErrors.USER_NOT_FOUND();
  }
}
