import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/values/index.js';
import { Settings } from '../../platform/config/index.js';
import { Database, type Transaction } from '../../platform/database/index.js';
import { AccessTokens, type IssuedToken } from '../tokens/access-tokens.js';
import type { AuthenticatedUser } from '../auth.decorators.js';
import { authErrors } from '../auth.errors.js';
import type { Client } from './client.js';
import type { SessionResponse } from '../dto/session.response.js';
import { RevocationRepository } from '../tokens/revocation.repository.js';
import { Revocations } from '../tokens/revocations.js';
import { SecurityEvents } from '../security-events.js';
import {
  SessionRepository,
  type PresentedToken,
  type SessionLife,
  type TokenOwner,
} from './session.repository.js';
import type { User } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';

const MAX_SESSIONS_PER_USER = 20;

/**
 * How long an exchanged token is answered with an access token and nothing more: two tabs may refresh at once
 * with the one cookie that they share, and only one of them can set the next.
 */
const GRACE_SECONDS = 10;

/** Successors of one token: as many answers in a row as anybody loses, and a bound on the rows that a loop makes. */
const MAX_SUCCESSORS = 20;

const REFRESH_TOKEN_BYTES = 32;

/** The secrets of one session, for the one who logged in. */
export interface SessionTokens extends IssuedToken {
  user: User;
  /** Undefined when the one that was presented stays good, or the browser has got its successor already. */
  refreshToken: string | undefined;
}

/**
 * Sessions and their refresh tokens. A session is a family of tokens. A token stays good until one of its
 * successors has been used, since the answer that brought the successor may have been lost. After that, whoever
 * presents it has a copy: one of the two is a thief, and the family ends. The rules are in
 * docs/adr/0006-sessions-without-a-query.md.
 *
 * Locks: the user's row, then the session's. Whoever ends sessions takes the user's too, so no session
 * slips through that opens or refreshes at that moment.
 */
@Injectable()
export class SessionsService {
  private readonly life: SessionLife;

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly revocationRows: RevocationRepository,
    private readonly revocations: Revocations,
    private readonly accessTokens: AccessTokens,
    private readonly events: SecurityEvents,
    settings: Settings,
  ) {
    const { SESSION_TTL_DAYS, SESSION_MAX_DAYS } = settings.raw;
    this.life = { ttlSeconds: SESSION_TTL_DAYS * 86_400, maxSeconds: SESSION_MAX_DAYS * 86_400 };
  }

  /**
   * Opens a session for `user`, whose row the caller's transaction has locked and found active. Beyond
   * MAX_SESSIONS_PER_USER the longest unused ones end.
   */
  async open(transaction: Transaction, user: User, device: string): Promise<SessionTokens> {
    const surplus = await this.sessions.endLeastUsed(transaction, user.id, MAX_SESSIONS_PER_USER - 1);
    await this.revocationRows.revokeSessions(transaction, surplus);
    const id = newId();
    await this.sessions.create(transaction, { id, userId: user.id, device }, this.life);
    return this.grantNext(transaction, user, id, 1);
  }

  /**
   * Exchanges the best of the refresh tokens for an access token and, unless it is a matter of two tabs, for the next
   * refresh token, in a transaction of its own. A browser has one, but others may have put junk beside it.
   * @throws INVALID_REFRESH_TOKEN if all are unknown, or its session or account has ended
   * @throws SESSION_ENDED if a successor of it was used before; the session is ended by that
   */
  async refresh(refreshTokens: readonly string[], client: Client): Promise<SessionTokens> {
    const [owner] = await this.ownersOf(refreshTokens);
    if (!owner) throw authErrors.INVALID_REFRESH_TOKEN();
    const { tokenHash, userId, sessionId } = owner;
    const granted = await this.database.transaction(async (transaction) => {
      const user = await this.users.lock(transaction, userId);
      const session = await this.sessions.lockOpen(transaction, sessionId);
      const token = await this.sessions.findToken(transaction, tokenHash);
      if (!user?.active || !session || !token) throw authErrors.INVALID_REFRESH_TOKEN();
      const newest = session.refreshGeneration;
      switch (standingOf(token, newest)) {
        case 'current':
          await this.sessions.startGenerationAfter(transaction, session.id, newest, tokenHash);
          await this.sessions.prolong(transaction, session.id, this.life);
          return this.grantNext(transaction, user, session.id, newest + 1);
        case 'successor lost':
          await this.sessions.prolong(transaction, session.id, this.life);
          return this.grantNext(transaction, user, session.id, newest);
        case 'raced':
          return { ...this.grantAccess(user, session.id), refreshToken: undefined };
        case 'reused':
          await this.endInTransaction(transaction, user.id, session.id);
          return undefined;
      }
    });
    if (granted) return granted;
    this.revocations.endedHere([sessionId]);
    const reason = 'token used again; session ended';
    this.events.record({ act: 'refresh', outcome: 'failed', userId, sessionId, ...client, reason });
    throw authErrors.SESSION_ENDED({
      detail: 'A successor of this refresh token was used before, so the session was ended.',
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
  async end(userId: string, sessionId: string, client: Client): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (!(await this.endInTransaction(transaction, userId, sessionId)))
        throw authErrors.SESSION_NOT_FOUND();
    });
    this.revocations.endedHere([sessionId]);
    this.events.record({ act: 'session.end', outcome: 'ok', userId, sessionId, ...client });
  }

  /**
   * Ends the sender's session and those of the refresh tokens: afterwards nobody is logged in with this browser.
   * @throws UNAUTHENTICATED if none of them tells of a session
   */
  async logout(
    sender: AuthenticatedUser | undefined,
    refreshTokens: readonly string[],
    client: Client,
  ): Promise<void> {
    const users = new Map(
      (await this.ownersOf(refreshTokens)).map((owner) => [owner.sessionId, owner.userId]),
    );
    if (sender) users.set(sender.sessionId, sender.id);
    if (users.size === 0) throw authErrors.UNAUTHENTICATED();
    const sessionIds = [...users.keys()].sort();
    await this.database.transaction(async (transaction) => {
      for (const id of sessionIds) await this.endInTransaction(transaction, users.get(id) as string, id);
    });
    this.revocations.endedHere(sessionIds);
    for (const [sessionId, userId] of users)
      this.events.record({ act: 'logout', outcome: 'ok', userId, sessionId, ...client });
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

  private async ownersOf(refreshTokens: readonly string[]): Promise<TokenOwner[]> {
    return refreshTokens.length === 0 ? [] : this.sessions.findOwners(refreshTokens.map(hashOf));
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

  private async grantNext(
    transaction: Transaction,
    user: User,
    sessionId: string,
    generation: number,
  ): Promise<SessionTokens> {
    const refreshToken = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
    await this.sessions.addToken(transaction, sessionId, hashOf(refreshToken), generation);
    return { ...this.grantAccess(user, sessionId), refreshToken };
  }

  private grantAccess(user: User, sessionId: string): IssuedToken & { user: User } {
    const { id: userId, role, tokenVersion } = user;
    return { user, ...this.accessTokens.issue({ userId, role, sessionId, tokenVersion }) };
  }
}

/** Decides what an open session's token is good for; `newest` is the session's newest generation. */
function standingOf(
  token: PresentedToken,
  newest: number,
): 'current' | 'successor lost' | 'raced' | 'reused' {
  if (token.generation === newest) return 'current';
  if (token.generation === newest - 1 && token.exchanged) {
    const mayIssue = token.secondsSinceLastIssue >= GRACE_SECONDS && token.newestCount < MAX_SUCCESSORS;
    return mayIssue ? 'successor lost' : 'raced';
  }
  const isRecent = token.generation >= newest - 2 && token.secondsSinceGenerationBegan < GRACE_SECONDS;
  return isRecent ? 'raced' : 'reused';
}

/** SHA-256 suffices for 256 random bits: there is nothing to guess. */
function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
