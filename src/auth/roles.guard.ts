import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { REQUIRED_ROLES, type RequestWithUser } from './auth.decorators.js';
import { authErrors } from './auth.errors.js';
import type { Role } from './user.entity.js';

/** Lets only the roles of `@Roles(...)` pass; runs after AuthGuard. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.getAllAndOverride<Role[] | undefined>(REQUIRED_ROLES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!required) return true;
    const { user } = context.switchToHttp().getRequest<RequestWithUser>();
    if (!user) throw authErrors.UNAUTHENTICATED();
    if (!required.includes(user.role)) throw authErrors.FORBIDDEN();
    return true;
  }
}
