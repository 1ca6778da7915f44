import { Injectable } from '@nestjs/common';
import { commonErrors, type AppError } from '../platform/errors/index.js';
import { newId } from '../platform/values/index.js';
import { Database } from '../platform/database/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import type { AuthenticatedUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import type { Client } from './sessions/client.js';
import type { ChangePasswordRequest, LoginRequest, RegisterRequest } from './dto/credentials.request.js';
import { GuessBrake } from '../platform/limits/index.js';
import { refuseCommonPassword } from './users/password.js';
import { PasswordHasher } from './users/password-hasher.js';
import { Revocations } from './tokens/revocations.js';
import { accountOf, SecurityEvents } from './security-events.js';
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
    private readonly brake: GuessBrake,
    private readonly events: SecurityEvents,
  ) {}

  /**
   * Makes a customer and the first session, in one transaction. Sent again with its key, opens a further session:
   * the tokens of the first answer are not kept.
   * @throws PASSWORD_TOO_COMMON, EMAIL_TAKEN, AUTH_BUSY, IDEMPOTENCY_KEY_REUSED
   */
  async register(request: RegisterRequest, client: Client, keyed?: KeyedRequest): Promise<SessionTokens> {
    refuseCommonPassword('password', request.password);
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
      return this.sessions.open(transaction, user, client.device);
    });
    if (!tokens) return this.registerAgain(request, client, keyed);
    this.events.record({ act: 'register', outcome: 'ok', userId: tokens.user.id, ...client });
    return tokens;
  }

  /** Answers a registration whose email is taken: with a session if this very request took it. */
  private async registerAgain(
    { email, password }: RegisterRequest,
    client: Client,
    keyed: KeyedRequest | undefined,
  ): Promise<SessionTokens> {
    const found = await this.users.findByEmail(email);
    if (!keyed || !found || !(await this.idempotency.isRecorded(found.id, keyed))) {
      const account = accountOf(email);
      this.events.record({ act: 'register', outcome: 'failed', account, ...client, reason: 'email taken' });
      throw authErrors.EMAIL_TAKEN();
    }
    if (!(await this.hasher.matches(password, found.passwordHash)))
      throw commonErrors.IDEMPOTENCY_KEY_REUSED();
    keyed.replayed();
    const tokens = await this.openSession(found, client);
    if (!tokens) throw authErrors.INVALID_CREDENTIALS();
    return tokens;
  }

  /**
   * Opens a session. An unknown email, a wrong password and a deactivated account get one answer after the same work.
   * Guesses are counted for each account, whether it exists or not; a device that knows the account has a count of
   * its own, out of reach of strangers.
   * @param knownDevice names the device, if the account has logged in with it before
   * @throws INVALID_CREDENTIALS, AUTH_BUSY
   * @throws RATE_LIMITED after too many wrong guesses
   */
  async login(
    request: LoginRequest,
    client: Client,
    knownDevice: string | undefined,
  ): Promise<SessionTokens> {
    const account = accountOf(request.email);
    const tell = (outcome: 'ok' | 'failed', details: { userId?: string; reason?: string }) =>
      this.events.record({ act: 'login', outcome, account, ...client, ...details });
    const key = knownDevice ? `device ${knownDevice}` : `account ${account}`;
    return this.guess({ key, tell, refusal: authErrors.INVALID_CREDENTIALS }, async () => {
      const found = await this.users.findByEmail(request.email);
      const matches = await this.hasher.matches(request.password, found?.passwordHash);
      const tokens =
        found && matches
          ? await this.openSession(found, client, await this.rehash(request, found))
          : undefined;
      if (tokens) tell('ok', { userId: tokens.user.id });
      else tell('failed', { userId: found?.id, reason: 'wrong credentials' });
      return tokens;
    });
  }

  /**
   * Changes the password and ends every session but the one that asks. Sent again with its key it has nothing left
   * to do, and the old password is no reproach.
   * @throws PASSWORD_TOO_COMMON
   * @throws WRONG_PASSWORD, also if another change was faster
   * @throws RATE_LIMITED after too many wrong guesses in this session
   * @throws SESSION_ENDED if the account was deactivated meanwhile
   * @throws IDEMPOTENCY_KEY_REUSED
   */
  async changePassword(
    actor: AuthenticatedUser,
    request: ChangePasswordRequest,
    client: Client,
    keyed?: KeyedRequest,
  ): Promise<void> {
    refuseCommonPassword('newPassword', request.newPassword);
    const tell = (outcome: 'ok' | 'failed', details: { reason?: string }) =>
      this.events.record({ act: 'password.change', outcome, userId: actor.id, ...client, ...details });
    const key = `session ${actor.sessionId}`;
    const ended = await this.guess({ key, tell, refusal: authErrors.WRONG_PASSWORD }, async () => {
      const others = await this.replacePassword(actor, request, keyed);
      if (!others && (await this.wasReplaced(actor, request, keyed))) return [];
      if (others) tell('ok', {});
      else tell('failed', { reason: 'wrong password' });
      return others;
    });
    this.revocations.endedHere(ended);
  }

  /** Lets `attempt` look at a password, unless there were too many wrong ones; undefined stands for wrong. */
  private async guess<Result>(
    guess: {
      key: string;
      tell: (outcome: 'failed', details: { reason: string }) => void;
      refusal: () => AppError;
    },
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const { key, tell, refusal } = guess;
    const retryAfterSeconds = await this.brake.take(key);
    if (retryAfterSeconds > 0) {
      tell('failed', { reason: 'too many guesses' });
      throw commonErrors.RATE_LIMITED({ retryAfterSeconds });
    }
    let isWrong = false;
    try {
      const result = await attempt();
      isWrong = result === undefined;
      if (result === undefined) throw refusal();
      return result;
    } finally {
      if (!isWrong) await this.brake.giveBack(key);
    }
  }

  /**
   * The password was checked outside the transaction, so the account is looked at again under its lock: whoever
   * deactivates it or changes its password meanwhile leaves no session behind.
   * @returns undefined if the account is not active, or has changed
   */
  private openSession(found: User, client: Client, newHash?: string): Promise<SessionTokens | undefined> {
    return this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, found.id);
      if (!user?.active || user.passwordHash !== found.passwordHash) return undefined;
      if (newHash !== undefined) await this.users.setPassword(transaction, user.id, newHash);
      return this.sessions.open(transaction, user, client.device);
    });
  }

  /** The password's hash at the present cost, if the stored one was made at another. A busy machine does it next time. */
  private async rehash({ password }: LoginRequest, found: User): Promise<string | undefined> {
    if (!found.active || !this.hasher.isOutdated(found.passwordHash)) return undefined;
    return this.hasher.hash(password).catch(() => undefined);
  }

  /** @returns the sessions that ended, or undefined if the password is wrong or another change was faster */
  private async replacePassword(
    actor: AuthenticatedUser,
    request: ChangePasswordRequest,
    keyed: KeyedRequest | undefined,
  ): Promise<string[] | undefined> {
    const found = await this.users.find(actor.id);
    if (!(await this.hasher.matches(request.currentPassword, found?.passwordHash))) return undefined;
    const passwordHash = await this.hasher.hash(request.newPassword);
    return this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, actor.id);
      if (!user?.active) throw authErrors.SESSION_ENDED();
      if (user.passwordHash !== found?.passwordHash) return undefined;
      await this.idempotency.record(transaction, user.id, keyed);
      await this.users.setPassword(transaction, user.id, passwordHash);
      return this.sessions.endOthers(transaction, user.id, actor.sessionId);
    });
  }

  /** True if this very request has changed the password before. */
  private async wasReplaced(
    actor: AuthenticatedUser,
    request: ChangePasswordRequest,
    keyed: KeyedRequest | undefined,
  ): Promise<boolean> {
    if (!keyed || !(await this.idempotency.isRecorded(actor.id, keyed))) return false;
    const user = await this.users.find(actor.id);
    if (!(await this.hasher.matches(request.newPassword, user?.passwordHash)))
      throw commonErrors.IDEMPOTENCY_KEY_REUSED();
    keyed.replayed();
    return true;
  }
}
