import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../../platform/config/index.js';
import { authErrors } from '../auth.errors.js';

/**
 * Refuses what another site made a browser send, for the routes that believe the refresh cookie. SameSite keeps the cookie
 * from foreign sites already, but not from a neighbouring subdomain. Clients that are no browsers, and old browsers,
 * say nothing and pass.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  private readonly allowedOrigins: ReadonlySet<string>;

  constructor(settings: Settings) {
    this.allowedOrigins = new Set(settings.raw.ALLOWED_ORIGINS);
  }

  /** @throws CROSS_SITE_REQUEST */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return true;
    if (headers.origin !== undefined && this.allowedOrigins.has(headers.origin)) return true;
    throw authErrors.CROSS_SITE_REQUEST();
  }
}
