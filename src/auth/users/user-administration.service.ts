import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { decodeCursor, toPage, type Page } from '../../platform/http/index.js';
import { newId } from '../../platform/values/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { authErrors } from '../auth.errors.js';
import { UserResponse } from '../dto/user.response.js';
import { PasswordHasher } from './password-hasher.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { Role } from './user.entity.js';
import { UserRepository } from './user.repository.js';

/** What admins, and the start of the application, may do with accounts. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionsService,
    private readonly hasher: PasswordHasher,
  ) {}

  /**
   * Users, newest first; `search` is a part of the email or display name.
   * @throws INVALID_CURSOR
   */
  async list(query: { search?: string; limit: number; cursor?: string }): Promise<Page<UserResponse>> {
    const [beforeId] = decodeCursor(query.cursor, [(part) => isUUID(part)]) ?? [];
    const rows = await this.users.search(query.search, beforeId, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ id }) => [id],
      (user) => UserResponse.of(user),
    );
  }

  /**
   * Deactivates an account and ends its sessions: its tokens stop working on every instance within a
   * second of the commit of the caller's transaction. An inactive account stays as it is.
   *
   * Invariant: there is always an active admin. To that end all admins are locked, in the order of their
   * ids, before they are counted.
   * @throws USER_NOT_FOUND
   * @throws LAST_ADMIN
   * @throws FORBIDDEN if the actor was deactivated a moment ago
   */
  async deactivate(transaction: Transaction, userId: string, actorId: string): Promise<void> {
    // A role never changes, so it can be read before the lock.
    const isAdmin = (await this.users.find(userId))?.role === 'admin';
    const locked = await this.users.lockInOrder(transaction, [userId, actorId], isAdmin);
    const target = locked.find(({ id }) => id === userId);
    if (!target) throw authErrors.USER_NOT_FOUND();
    if (!target.active) return;
    const remains = ({ id, role, active }: (typeof locked)[number]) =>
      id !== userId && role === 'admin' && active;
    if (isAdmin && !locked.some(remains)) throw authErrors.LAST_ADMIN();
    if (!locked.some(({ id, active }) => id === actorId && active)) throw authErrors.FORBIDDEN();
    const minTokenVersion = await this.users.deactivate(transaction, userId);
    await this.sessions.endAllOf(transaction, userId, minTokenVersion);
  }

  /**
   * Lets the account log in again; the sessions and tokens from before stay ended.
   * @throws USER_NOT_FOUND
   */
  async activate(transaction: Transaction, userId: string): Promise<void> {
    if (!(await this.users.activate(transaction, userId))) throw authErrors.USER_NOT_FOUND();
  }

  /** Call it before the transaction: a busy machine may hash for longer than PostgreSQL lets one idle. */
  hashPassword(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /**
   * Makes an account, for the first admin and the demo.
   * @returns its id
   * @throws EMAIL_TAKEN
   */
  async createUser(
    transaction: Transaction,
    user: { email: string; passwordHash: string; displayName: string; role: Role },
  ): Promise<string> {
    const created = await this.users.create(transaction, {
      id: newId(),
      email: user.email.trim().toLowerCase(),
      passwordHash: user.passwordHash,
      displayName: user.displayName,
      role: user.role,
    });
    if (!created) throw authErrors.EMAIL_TAKEN();
    return created.id;
  }

  /** Whether there is any admin, active or not. */
  adminExists(): Promise<boolean> {
    return this.users.adminExists();
  }
}
