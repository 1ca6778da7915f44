export { RateLimitStorage } from './rate-limit.storage.js';
export { RateLimit, RateLimitGuard, throttlerOptions } from './rate-limit.js';
