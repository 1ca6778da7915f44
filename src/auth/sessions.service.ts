import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { commonErrors, newId } from '../common/index.js';
import { Settings } from '../config/index.js';
import { Database, type Transaction } from '../database/index.js';
import { AccessTokens, type IssuedToken } from './access-tokens.js';
import type { AuthenticatedUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import type { SessionResponse } from './dto/session.response.js';
import { RevocationRepository } from './revocation.repository.js';
import { Revocations } from './revocations.js';
import { SessionRepository } from './session.repository.js';
import type { User } from './user.entity.js';
import { UserRepository } from './user.repository.js';

const MAX_SESSIONS_PER_USER = 20;

/** Two tabs may refresh at once with the one cookie that they share; both are honest. */
const REUSE_GRACE_SECONDS = 10;

/** Tokens of one generation: as many tabs as anybody opens, and a bound on the rows that a loop can make. */
const MAX_TOKENS_PER_GENERATION = 20;

const REFRESH_TOKEN_BYTES = 32;

/** The secrets of one session, for the one who logged in. */
export interface SessionTokens extends IssuedToken {
  user: User;
  refreshToken: string;
}

/**
 * Sessions and their refresh tokens. A session is a family of tokens, of which each may be used once; one
 * that is used again was stolen, from the shopper or by the shopper's thief, and ends the family.
 *
 * Locks: the user's row, then the session's. Whoever ends sessions takes the user's too, so no session
 * slips through that opens or refreshes at that moment.
 */
@Injectable()
export class SessionsService {
  private readonly logger = new Logger(SessionsService.name);
  private readonly ttlSeconds: number;

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly revocationRows: RevocationRepository,
    private readonly revocations: Revocations,
    private readonly accessTokens: AccessTokens,
    settings: Settings,
  ) {
    this.ttlSeconds = settings.raw.SESSION_TTL_DAYS * 86_400;
  }

  /**
   * Opens a session for `user`, whose row the caller's transaction has locked and found active. Beyond
   * MAX_SESSIONS_PER_USER the longest unused ones end.
   */
  async open(transaction: Transaction, user: User, device: string): Promise<SessionTokens> {
    const surplus = await this.sessions.endLeastUsed(transaction, user.id, MAX_SESSIONS_PER_USER - 1);
    await this.revocationRows.revokeSessions(transaction, surplus);
    const id = newId();
    await this.sessions.create(transaction, { id, userId: user.id, device, ttlSeconds: this.ttlSeconds });
    return this.grant(transaction, user, id, 1);
  }

  /**
   * Exchanges a refresh token for the next and a new access token, in a transaction of its own. The
   * predecessor of the current token is honoured for some seconds more.
   * @throws INVALID_REFRESH_TOKEN if it is unknown, or its session or account has ended
   * @throws SESSION_ENDED if it was used before; its session is ended by that
   * @throws RATE_LIMITED if a loop refreshes with the same token
   */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const tokenHash = hashOf(refreshToken);
    const owner = await this.sessions.findOwner(tokenHash);
    if (!owner) throw authErrors.INVALID_REFRESH_TOKEN();
    const granted = await this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, owner.userId);
      const session = await this.sessions.lockOpen(transaction, owner.sessionId);
      const token = await this.sessions.findToken(transaction, tokenHash);
      if (!user?.active || !session || !token) throw authErrors.INVALID_REFRESH_TOKEN();
      const current = session.refreshGeneration;
      if (token.generation === current) {
        await this.sessions.startGenerationAfter(transaction, session.id, current, this.ttlSeconds);
        return this.grant(transaction, user, session.id, current + 1);
      }
      const isPredecessor = token.generation === current - 1;
      if (isPredecessor && (token.supersededSecondsAgo ?? Infinity) < REUSE_GRACE_SECONDS) {
        const siblings = await this.sessions.countTokens(transaction, session.id, current);
        if (siblings >= MAX_TOKENS_PER_GENERATION)
          throw commonErrors.RATE_LIMITED({ retryAfterSeconds: REUSE_GRACE_SECONDS });
        return this.grant(transaction, user, session.id, current);
      }
      await this.endInTransaction(transaction, user.id, session.id);
      return undefined;
    });
    if (granted) return granted;
    this.revocations.endedHere([owner.sessionId]);
    this.logger.warn({ msg: 'A refresh token was used again; its session was ended', ...owner });
    throw authErrors.SESSION_ENDED({
      detail: 'The refresh token was used before, so the session was ended.',
    });
  }

  /** The user's open sessions, last used first; bounded by MAX_SESSIONS_PER_USER. */
  async list(userId: string, currentId: string): Promise<SessionResponse[]> {
    const open = await this.sessions.listOpen(userId);
    return open.map(({ id, device, createdAt, lastUsedAt, expiresAt }) => ({
      id,
      device,
      current: id === currentId,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }

  /**
   * Ends one of the user's sessions: its tokens stop working here at once, elsewhere within a second.
   * @throws SESSION_NOT_FOUND if it is not the user's or has ended
   */
  async end(userId: string, sessionId: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (!(await this.endInTransaction(transaction, userId, sessionId)))
        throw authErrors.SESSION_NOT_FOUND();
    });
    this.revocations.endedHere([sessionId]);
  }

  /**
   * Ends the sender's session; `refreshToken` tells which it is when the access token has expired.
   * @throws UNAUTHENTICATED if neither tells
   */
  async logout(sender: AuthenticatedUser | undefined, refreshToken: string | undefined): Promise<void> {
    const owner = sender
      ? { userId: sender.id, sessionId: sender.sessionId }
      : refreshToken === undefined
        ? undefined
        : await this.sessions.findOwner(hashOf(refreshToken));
    if (!owner) throw authErrors.UNAUTHENTICATED();
    await this.database.transaction((transaction) =>
      this.endInTransaction(transaction, owner.userId, owner.sessionId),
    );
    this.revocations.endedHere([owner.sessionId]);
  }

  /**
   * Ends all of the user's sessions but `keptId`, in the caller's transaction that has locked the user.
   * @returns their ids, for `Revocations.endedHere` after the commit
   */
  async endOthers(transaction: Transaction, userId: string, keptId: string): Promise<string[]> {
    const ended = await this.sessions.endAll(transaction, userId, keptId);
    await this.revocationRows.revokeSessions(transaction, ended);
    return ended;
  }

  /**
   * Ends everything of a user who was deactivated, in the transaction that did so: tokens older than
   * `minTokenVersion` stop working on every instance within a second of the commit.
   */
  async endAllOf(transaction: Transaction, userId: string, minTokenVersion: number): Promise<void> {
    await this.sessions.endAll(transaction, userId);
    await this.revocationRows.revokeUser(transaction, userId, minTokenVersion);
  }

  private async endInTransaction(
    transaction: Transaction,
    userId: string,
    sessionId: string,
  ): Promise<boolean> {
    const wasOpen = await this.sessions.end(transaction, userId, sessionId);
    if (wasOpen) await this.revocationRows.revokeSessions(transaction, [sessionId]);
    return wasOpen;
  }

  private async grant(
    transaction: Transaction,
    user: User,
    sessionId: string,
    generation: number,
  ): Promise<SessionTokens> {
    const refreshToken = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
    await this.sessions.addToken(transaction, sessionId, hashOf(refreshToken), generation);
    const { accessToken, expiresIn } = this.accessTokens.issue({
      userId: user.id,
      role: user.role,
      sessionId,
      tokenVersion: user.tokenVersion,
    });
    return { user, refreshToken, accessToken, expiresIn };
  }
}

/** SHA-256 suffices for 256 random bits: there is nothing to guess. */
function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
