import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { subscriberOf } from '../platform/limits/index.js';
import type { SecurityEvents } from './security-events.js';

/** Statuses of refusals that are counted in bursts: 401, 403 and 429. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429]);

const WINDOW_MS = 60_000;
/** More than a household's guests and mistakes; told of again at ten times as many, and so on. */
const FIRST_TOLD = 50;
const MAX_ADDRESSES = 10_000;

/**
 * Tells of addresses that are refused again and again: one event for a burst and one for each tenfold of it, since a line
 * for each request would be a gift to whoever floods.
 */
export function watchRefusals(server: FastifyInstance, events: SecurityEvents): void {
  const windows = new LRUCache<string, { count: number; tellAt: number; endsAt: number }>({
    max: MAX_ADDRESSES,
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (!REFUSALS.has(reply.statusCode)) return done();
    const address = subscriberOf(request.ip);
    const now = performance.now();
    let window = windows.get(address);
    if (window === undefined || window.endsAt <= now) {
      window = { count: 0, tellAt: FIRST_TOLD, endsAt: now + WINDOW_MS };
      windows.set(address, window);
    }
    if (++window.count >= window.tellAt) {
      window.tellAt *= 10;
      const seconds = Math.ceil((now - window.endsAt + WINDOW_MS) / 1000);
      const reason = 'many requests refused';
      events.record({ act: 'refusals', outcome: 'failed', address, count: window.count, seconds, reason });
    }
    done();
  });
}
