import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../common/index.js';
import { AccessTokens } from './access-tokens.js';
import { IS_PUBLIC, type RequestWithUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';

const BEARER = /^Bearer +([^\s]+)$/i;

/**
 * Puts the sender on the request. A guard, not a middleware: those match paths, and encoded paths and HEAD
 * have slipped past them. Without `@Public()` a route needs a token; with it a bad token counts as none.
 * Answers without a promise, which saves the purchase path a turn of the event loop.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (context.getType() !== 'http') return isPublic === true;
    const request = context.switchToHttp().getRequest<RequestWithUser>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
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
