import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { REQUIRED_ROLES, type RequestWithUser } from '../auth.decorators.js';
import { authErrors } from '../auth.errors.js';
import { RouteMetadata } from '../../platform/http/index.js';
import type { Role } from '../users/user.entity.js';

/** Lets only the roles of `@Roles(...)` pass; runs after AuthGuard. */
@Injectable()
export class RolesGuard implements CanActivate {
  private readonly requiredRoles: RouteMetadata<Role[]>;

  constructor(reflector: Reflector) {
    this.requiredRoles = new RouteMetadata(reflector, REQUIRED_ROLES);
  }

  canActivate(context: ExecutionContext): boolean {
    const required = this.requiredRoles.of(context);
    if (!required) return true;
    const { user } = context.switchToHttp().getRequest<RequestWithUser>();
    if (!user) throw authErrors.UNAUTHENTICATED();
    if (!required.includes(user.role)) throw authErrors.FORBIDDEN();
    return true;
  }
}
