import { isUUID } from 'class-validator';

/** What a client may say; everything else is answered with an error. */
export type ClientMessage =
  | { type: 'hello'; token?: string }
  | { type: 'subscribe'; channel: string }
  | { type: 'unsubscribe'; channel: string }
  | { type: 'ping' };

export const DASHBOARD_CHANNEL = 'dashboard';
/** As a client says it; inside, each user's channel has their id. */
export const OWN_CHANNEL = 'me';
export const EVENT_PREFIX = 'event:';
export const USER_PREFIX = 'user:';

/** The name under which a client asked for a channel, and waits for its messages. */
export const nameForClients = (channel: string): string =>
  channel.startsWith(USER_PREFIX) ? OWN_CHANNEL : channel;

/** The largest sensible message is a greeting with a token. */
export const MAX_MESSAGE_BYTES = 4 * 1024;

/** Undefined for whatever is not a message of ours. */
export function parseMessage(text: string): ClientMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, token, channel } = message as Record<string, unknown>;
  switch (type) {
    case 'hello':
      if (token !== undefined && token !== null && typeof token !== 'string') return undefined;
      return { type, ...(typeof token === 'string' && { token }) };
    case 'subscribe':
    case 'unsubscribe':
      return typeof channel === 'string' && isChannel(channel) ? { type, channel } : undefined;
    case 'ping':
      return { type };
    default:
      return undefined;
  }
}

function isChannel(channel: string): boolean {
  if (channel === DASHBOARD_CHANNEL || channel === OWN_CHANNEL) return true;
  return channel.startsWith(EVENT_PREFIX) && isUUID(channel.slice(EVENT_PREFIX.length));
}
