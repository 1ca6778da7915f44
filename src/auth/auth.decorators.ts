import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Role } from './users/user.entity.js';

/** Who sent the request, as its verified access token says. */
export interface AuthenticatedUser {
  id: string;
  role: Role;
  sessionId: string;
}

export type RequestWithUser = FastifyRequest & { user?: AuthenticatedUser };

export const IS_PUBLIC = 'swiftdrop:public';
export const REQUIRED_ROLES = 'swiftdrop:roles';

/** Opens a route to everyone; every other route needs an access token. */
export const Public = () => applyDecorators(SetMetadata(IS_PUBLIC, true), ApiExtension('x-public', true));

/** Restricts a route to these roles. */
export const Roles = (...allowed: Role[]) =>
  applyDecorators(SetMetadata(REQUIRED_ROLES, allowed), ApiExtension('x-roles', allowed));

/** The sender: `AuthenticatedUser`, or undefined on a public route without a token. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<RequestWithUser>().user,
);
