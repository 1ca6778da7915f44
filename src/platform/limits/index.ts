export { GuessBrake } from './guess-brake.js';
export { RateLimitStorage } from './rate-limit.storage.js';
export { RateLimit, RateLimitGuard, throttlerOptions } from './rate-limit.js';
export { subscriberOf } from './subscriber.js';
