import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../platform/values/index.js';
import { Settings } from '../../platform/config/index.js';
import type { AuthenticatedUser } from '../auth.decorators.js';
import { authErrors } from '../auth.errors.js';
import { Revocations } from './revocations.js';
import { roles, type Role } from '../users/user.entity.js';

/** Some 50 MB at most; beyond it the tokens that were not used for longest cost their check again: 6 µs. */
const MAX_CACHED_TOKENS = 100_000;

/** Ours have some 390 characters; longer ones are not worth hashing. */
const MAX_TOKEN_LENGTH = 1024;

/**
 * Keeps another kind of token that is signed with the same key, now or later, from passing for an access token:
 * the type is that of RFC 9068.
 */
const TYPE = 'at+jwt';
const ISSUER = 'swiftdrop';
const AUDIENCE = 'swiftdrop-api';

/** Whom an access token is for. */
export interface TokenSubject {
  userId: string;
  role: Role;
  sessionId: string;
  tokenVersion: number;
}

export interface IssuedToken {
  accessToken: string;
  expiresIn: number;
}

interface VerifiedToken {
  user: AuthenticatedUser;
  tokenVersion: number;
  expiresAtMs: number;
}

/** Issues and checks access tokens without asking the database. */
@Injectable()
export class AccessTokens {
  /**
   * Tokens that were signed here, or whose signature was found good. Only that is remembered: expiry and
   * revocation are looked at on every use.
   */
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED_TOKENS });
  private readonly ttlSeconds: number;

  constructor(
    private readonly jwt: JwtService,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
    settings: Settings,
  ) {
    this.ttlSeconds = settings.raw.ACCESS_TOKEN_TTL_SECONDS;
  }

  /** @param ttlSeconds at most MAX_ACCESS_TOKEN_TTL_SECONDS, since revocations are forgotten soon after */
  issue(subject: TokenSubject, ttlSeconds = this.ttlSeconds): IssuedToken {
    const { userId, role, sessionId, tokenVersion } = subject;
    const issuedAt = Math.floor(this.clock.now().getTime() / 1000);
    const expiresAt = issuedAt + ttlSeconds;
    const accessToken = this.jwt.sign(
      {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: userId,
        role,
        sid: sessionId,
        ver: tokenVersion,
        iat: issuedAt,
        exp: expiresAt,
      },
      { header: { alg: 'HS256', typ: TYPE } },
    );
    // In a drop most tokens buy once, soon after they were issued: no cache of checked ones would help.
    this.verified.set(accessToken, verifiedToken(userId, role, sessionId, tokenVersion, expiresAt));
    return { accessToken, expiresIn: ttlSeconds };
  }

  /**
   * Who sent `token`.
   * @throws UNAUTHENTICATED if it is not one of ours or has expired
   * @throws SESSION_ENDED if it was revoked
   * @throws AUTH_UNAVAILABLE if revocations could not be read for some seconds
   */
  verify(token: string): AuthenticatedUser {
    const now = this.clock.now().getTime();
    let verified = this.verified.get(token);
    if (verified === undefined) {
      verified = this.checkSignature(token, now);
      this.verified.set(token, verified);
    }
    if (verified.expiresAtMs <= now) {
      this.verified.delete(token);
      throw authErrors.UNAUTHENTICATED({ detail: 'The access token has expired.' });
    }
    if (this.revocations.areStale) throw authErrors.AUTH_UNAVAILABLE({ retryAfterSeconds: 1 });
    const { user, tokenVersion } = verified;
    if (this.revocations.cover(user.id, user.sessionId, tokenVersion)) throw authErrors.SESSION_ENDED();
    return user;
  }

  private checkSignature(token: string, now: number): VerifiedToken {
    if (token.length > MAX_TOKEN_LENGTH) throw authErrors.UNAUTHENTICATED();
    let checked: { header: Record<string, unknown>; payload: Record<string, unknown> };
    try {
      checked = this.jwt.verify(token, {
        complete: true,
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTimestamp: Math.floor(now / 1000),
      });
    } catch {
      throw authErrors.UNAUTHENTICATED({ detail: 'The access token is invalid or has expired.' });
    }
    const { sub, role, sid, ver, exp } = checked.payload;
    if (
      checked.header.typ !== TYPE ||
      typeof sub !== 'string' ||
      typeof sid !== 'string' ||
      typeof ver !== 'number' ||
      typeof exp !== 'number' ||
      !roles.includes(role as Role)
    )
      throw authErrors.UNAUTHENTICATED();
    return verifiedToken(sub, role as Role, sid, ver, exp);
  }
}

function verifiedToken(
  userId: string,
  role: Role,
  sessionId: string,
  tokenVersion: number,
  expiresAtSeconds: number,
): VerifiedToken {
  return {
    // One object serves every request with this token, so nobody may change it.
    user: Object.freeze({ id: userId, role, sessionId }),
    tokenVersion,
    expiresAtMs: expiresAtSeconds * 1000,
  };
}
