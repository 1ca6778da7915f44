import { defineErrors } from '../platform/errors/index.js';

/** Refusals of a WebSocket handshake. */
export const realtimeErrors = defineErrors({
  ORIGIN_NOT_ALLOWED: {
    kind: 'forbidden',
    title: 'Pages of this origin may not open a realtime connection.',
  },
  TOO_MANY_CONNECTIONS: {
    kind: 'tooManyRequests',
    title: 'There are too many realtime connections from this address.',
  },
  REALTIME_FULL: {
    kind: 'unavailable',
    title: 'No further realtime connection is taken; try again shortly.',
  },
});
