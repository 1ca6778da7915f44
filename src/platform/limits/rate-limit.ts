import { applyDecorators, Inject, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ApiExtension } from '@nestjs/swagger';
import {
  InjectThrottlerOptions,
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
  type ThrottlerOptions,
} from '@nestjs/throttler';
import { commonErrors } from '../errors/index.js';
import { Settings } from '../config/index.js';
import { keyOf, RateLimitStorage, type RateLimitName } from './rate-limit.storage.js';
import { RouteMetadata } from '../http/index.js';
import { subscriberOf } from './subscriber.js';

const RATE_LIMIT = 'swiftdrop:rate-limit';
/** A guard before this one has put the user there. */
type LimitedRequest = FastifyRequest & { user?: { id: string } };

const WINDOW_MS = 60_000;

/** Counted by address even with a token: accounts are cheap, and guessing at others' must not scale with them. */
const ALWAYS_BY_ADDRESS: ReadonlySet<string> = new Set<RateLimitName>(['login', 'register']);

/** Limits the route per user where there is one, else per IP address; routes with one name share a count. */
export const RateLimit = (name: RateLimitName) =>
  applyDecorators(SetMetadata(RATE_LIMIT, name), ApiExtension('x-rate-limit', name));

export function throttlerOptions(settings: Settings): ThrottlerModuleOptions {
  const limits: Record<RateLimitName, number> = {
    login: settings.raw.RATE_LIMIT_LOGIN_PER_MINUTE,
    register: settings.raw.RATE_LIMIT_REGISTER_PER_MINUTE,
    purchase: settings.raw.RATE_LIMIT_PURCHASE_PER_MINUTE,
    comment: settings.raw.RATE_LIMIT_COMMENT_PER_MINUTE,
    read: settings.raw.RATE_LIMIT_READ_PER_MINUTE,
  };
  return {
    throttlers: Object.entries(limits).map(([name, limit]) => ({ name, limit, ttl: WINDOW_MS })),
  };
}

/**
 * The throttler's guard, for the one limit that a route names; the library's own would count every request
 * against all of them. Runs after AuthGuard. The address is Fastify's `request.ip`: that of the connection,
 * or what a proxy of TRUSTED_PROXIES says, so a header from elsewhere changes nothing.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  private readonly enabled: boolean;
  private readonly limits = new Map<string, ThrottlerOptions>();
  private readonly limitName: RouteMetadata<RateLimitName>;

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    // Named, or what the parent's constructor asks for in its place would come.
    @Inject(RateLimitStorage) storage: RateLimitStorage,
    reflector: Reflector,
    settings: Settings,
  ) {
    super(options, storage, reflector);
    this.enabled = settings.rateLimitsEnabled;
    this.headerPrefix = 'RateLimit';
    this.limitName = new RouteMetadata(reflector, RATE_LIMIT);
  }

  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    for (const throttler of this.throttlers) this.limits.set(throttler.name as string, throttler);
  }

  // Not async: most routes have no limit, and a plain `true` costs them nothing.
  override canActivate(context: ExecutionContext): Promise<boolean> {
    const unlimited = true as unknown as Promise<boolean>;
    if (!this.enabled || context.getType() !== 'http') return unlimited;
    const name = this.limitName.of(context);
    const throttler = name === undefined ? undefined : this.limits.get(name);
    if (!throttler) return unlimited;
    return this.handleRequest({
      context,
      limit: throttler.limit as number,
      ttl: throttler.ttl as number,
      blockDuration: throttler.ttl as number,
      // The library suffixes its headers with any other name.
      throttler: { ...throttler, name: 'default' },
      getTracker: (request) => this.trackerOf(request as LimitedRequest, name as RateLimitName),
      generateKey: (_, tracker) => keyOf(name as RateLimitName, tracker),
    });
  }

  protected override throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    const { res } = this.getRequestResponse(context);
    this.setResponseHeader(res, 'RateLimit-Limit', detail.limit);
    this.setResponseHeader(res, 'RateLimit-Remaining', 0);
    this.setResponseHeader(res, 'RateLimit-Reset', detail.timeToExpire);
    throw commonErrors.RATE_LIMITED({ retryAfterSeconds: detail.timeToBlockExpire });
  }

  private trackerOf(request: LimitedRequest, name: RateLimitName): string {
    if (request.user && !ALWAYS_BY_ADDRESS.has(name)) return request.user.id;
    return subscriberOf(request.ip);
  }
}
