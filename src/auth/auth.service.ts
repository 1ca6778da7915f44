import { Injectable } from '@nestjs/common';
import { newId } from '../common/index.js';
import { Database } from '../database/index.js';
import type { AuthenticatedUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import type { ChangePasswordRequest, LoginRequest, RegisterRequest } from './dto/credentials.request.js';
import { PasswordHasher } from './password-hasher.js';
import { Revocations } from './revocations.js';
import { SessionsService, type SessionTokens } from './sessions.service.js';
import { UserRepository } from './user.repository.js';

/** Register, log in, change the password. Hashing happens before transactions, never inside. */
@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly sessions: SessionsService,
    private readonly hasher: PasswordHasher,
    private readonly revocations: Revocations,
  ) {}

  /**
   * Makes a customer and the first session, in one transaction.
   * @throws EMAIL_TAKEN, AUTH_BUSY
   */
  async register(request: RegisterRequest, device: string): Promise<SessionTokens> {
    const passwordHash = await this.hasher.hash(request.password);
    return this.database.transaction(async (transaction) => {
      const user = await this.users.create(transaction, {
        id: newId(),
        email: request.email,
        passwordHash,
        displayName: request.displayName,
        role: 'customer',
      });
      if (!user) throw authErrors.EMAIL_TAKEN();
      return this.sessions.open(transaction, user, device);
    });
  }

  /**
   * Opens a session. An unknown email, a wrong password and a deactivated account get one answer after the
   * same work. The password was checked outside the transaction, so the account is looked at again under
   * its lock: whoever deactivates it or changes its password meanwhile leaves no session behind.
   * @throws INVALID_CREDENTIALS, AUTH_BUSY
   */
  async login(request: LoginRequest, device: string): Promise<SessionTokens> {
    const found = await this.users.findByEmail(request.email);
    const matches = await this.hasher.matches(request.password, found?.passwordHash);
    if (!found || !matches || !found.active) throw authErrors.INVALID_CREDENTIALS();
    return this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, found.id);
      if (!user?.active || user.passwordHash !== found.passwordHash) throw authErrors.INVALID_CREDENTIALS();
      return this.sessions.open(transaction, user, device);
    });
  }

  /**
   * Changes the password and ends every session but the one that asks.
   * @throws WRONG_PASSWORD, also if another change was faster
   * @throws SESSION_ENDED if the account was deactivated meanwhile
   */
  async changePassword(actor: AuthenticatedUser, request: ChangePasswordRequest): Promise<void> {
    const found = await this.users.find(actor.id);
    if (!(await this.hasher.matches(request.currentPassword, found?.passwordHash)))
      throw authErrors.WRONG_PASSWORD();
    const passwordHash = await this.hasher.hash(request.newPassword);
    const ended = await this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, actor.id);
      if (!user?.active) throw authErrors.SESSION_ENDED();
      if (user.passwordHash !== found?.passwordHash) throw authErrors.WRONG_PASSWORD();
      await this.users.setPassword(transaction, user.id, passwordHash);
      return this.sessions.endOthers(transaction, user.id, actor.sessionId);
    });
    this.revocations.endedHere(ended);
  }
}
