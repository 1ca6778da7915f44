import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../platform/errors/index.js';
import { AccessTokens } from './tokens/access-tokens.js';
import { IS_PUBLIC, type RequestWithUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import { RouteMetadata } from '../platform/http/index.js';

const SCHEME = 'bearer ';

/**
 * Puts the sender on the request. A guard, not a middleware: those match paths, and encoded paths and HEAD
 * have slipped past them. Without `@Public()` a route needs a token; with it a bad token counts as none.
 * Answers without a promise, which saves the purchase path a turn of the event loop.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly isPublic: RouteMetadata<boolean>;

  constructor(
    private readonly tokens: AccessTokens,
    reflector: Reflector,
  ) {
    this.isPublic = new RouteMetadata(reflector, IS_PUBLIC);
  }

  canActivate(context: ExecutionContext): boolean {
    const isPublic = this.isPublic.of(context);
    if (context.getType() !== 'http') return isPublic === true;
    const request = context.switchToHttp().getRequest<RequestWithUser>();
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) {
      if (isPublic) return true;
      throw authErrors.UNAUTHENTICATED();
    }
    try {
      request.user = this.tokens.verify(token);
    } catch (error) {
      if (!isPublic || !(error instanceof AppError)) throw error;
    }
    return true;
  }
}

/** By hand, on every request: a pattern looks at each of the 390 characters, for most of a microsecond. */
function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return authorization.slice(SCHEME.length).trimStart() || undefined;
}
