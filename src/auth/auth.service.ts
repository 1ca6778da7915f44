import { Injectable } from '@nestjs/common';
import { AppError, commonErrors } from '../platform/errors/index.js';
import { newId } from '../platform/values/index.js';
import { Database } from '../platform/database/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import type { AuthenticatedUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import type { ChangePasswordRequest, LoginRequest, RegisterRequest } from './dto/credentials.request.js';
import { PasswordHasher } from './users/password-hasher.js';
import { Revocations } from './tokens/revocations.js';
import { SessionsService, type SessionTokens } from './sessions/sessions.service.js';
import type { User } from './users/user.entity.js';
import { UserRepository } from './users/user.repository.js';

/** Register, log in, change the password. Hashing happens before transactions, never inside. */
@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly sessions: SessionsService,
    private readonly hasher: PasswordHasher,
    private readonly revocations: Revocations,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * Makes a customer and the first session, in one transaction. Sent again with its key, opens a further session:
   * the tokens of the first answer are not kept.
   * @throws EMAIL_TAKEN, AUTH_BUSY, IDEMPOTENCY_KEY_REUSED
   */
  async register(request: RegisterRequest, device: string, keyed?: KeyedRequest): Promise<SessionTokens> {
    const passwordHash = await this.hasher.hash(request.password);
    const tokens = await this.database.transaction(async (transaction) => {
      const user = await this.users.create(transaction, {
        id: newId(),
        email: request.email,
        passwordHash,
        displayName: request.displayName,
        role: 'customer',
      });
      if (!user) return undefined;
      await this.idempotency.record(transaction, user.id, keyed);
      return this.sessions.open(transaction, user, device);
    });
    return tokens ?? this.registerAgain(request, device, keyed);
  }

  /** Answers a registration whose email is taken: with a session if this very request took it. */
  private async registerAgain(
    { email, password }: RegisterRequest,
    device: string,
    keyed: KeyedRequest | undefined,
  ): Promise<SessionTokens> {
    const found = await this.users.findByEmail(email);
    if (!keyed || !found || !(await this.idempotency.isRecorded(found.id, keyed)))
      throw authErrors.EMAIL_TAKEN();
    if (!(await this.hasher.matches(password, found.passwordHash)))
      throw commonErrors.IDEMPOTENCY_KEY_REUSED();
    keyed.replayed();
    return this.openFor(found, device);
  }

  /**
   * Opens a session. An unknown email, a wrong password and a deactivated account get one answer after the
   * same work.
   * @throws INVALID_CREDENTIALS, AUTH_BUSY
   */
  async login(request: LoginRequest, device: string): Promise<SessionTokens> {
    const found = await this.users.findByEmail(request.email);
    const matches = await this.hasher.matches(request.password, found?.passwordHash);
    if (!found || !matches || !found.active) throw authErrors.INVALID_CREDENTIALS();
    return this.openFor(found, device);
  }

  /**
   * Opens a session for whose password was checked outside the transaction. The account is looked at again under its
   * lock: whoever deactivates it or changes its password meanwhile leaves no session behind.
   */
  private openFor(found: User, device: string): Promise<SessionTokens> {
    return this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, found.id);
      if (!user?.active || user.passwordHash !== found.passwordHash) throw authErrors.INVALID_CREDENTIALS();
      return this.sessions.open(transaction, user, device);
    });
  }

  /**
   * Changes the password and ends every session but the one that asks. Sent again with its key it has nothing left
   * to do, and the old password is no reproach.
   * @throws WRONG_PASSWORD, also if another change was faster
   * @throws SESSION_ENDED if the account was deactivated meanwhile
   * @throws IDEMPOTENCY_KEY_REUSED
   */
  async changePassword(
    actor: AuthenticatedUser,
    request: ChangePasswordRequest,
    keyed?: KeyedRequest,
  ): Promise<void> {
    try {
      await this.replacePassword(actor, request, keyed);
    } catch (error) {
      const isWrong = error instanceof AppError && error.code === 'WRONG_PASSWORD';
      if (!isWrong || !keyed || !(await this.idempotency.isRecorded(actor.id, keyed))) throw error;
      const user = await this.users.find(actor.id);
      if (!(await this.hasher.matches(request.newPassword, user?.passwordHash)))
        throw commonErrors.IDEMPOTENCY_KEY_REUSED();
      keyed.replayed();
    }
  }

  private async replacePassword(
    actor: AuthenticatedUser,
    request: ChangePasswordRequest,
    keyed: KeyedRequest | undefined,
  ): Promise<void> {
    const found = await this.users.find(actor.id);
    if (!(await this.hasher.matches(request.currentPassword, found?.passwordHash)))
      throw authErrors.WRONG_PASSWORD();
    const passwordHash = await this.hasher.hash(request.newPassword);
    const ended = await this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, actor.id);
      if (!user?.active) throw authErrors.SESSION_ENDED();
      if (user.passwordHash !== found?.passwordHash) throw authErrors.WRONG_PASSWORD();
      await this.idempotency.record(transaction, user.id, keyed);
      await this.users.setPassword(transaction, user.id, passwordHash);
      return this.sessions.endOthers(transaction, user.id, actor.sessionId);
    });
    this.revocations.endedHere(ended);
  }
}
