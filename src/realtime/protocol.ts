import { z } from 'zod';

/**
 * The contract of `/api/v1/realtime`: every message that a client and the server may send. The shop takes its types
 * from this file, which therefore imports nothing but the schema library.
 */

export const DASHBOARD_CHANNEL = 'dashboard';
/** The channel of one's own orders, as a client names it; inside the server each user's has their id. */
export const OWN_CHANNEL = 'me';
export const EVENT_PREFIX = 'event:';
export const USER_PREFIX = 'user:';

/** The largest sensible message is a greeting with a token. */
export const MAX_MESSAGE_BYTES = 4 * 1024;

const eventChannel = z.templateLiteral([EVENT_PREFIX, z.uuid()]);
const ownChannel = z.literal(OWN_CHANNEL);
const dashboardChannel = z.literal(DASHBOARD_CHANNEL);
const channel = z.union([ownChannel, dashboardChannel, eventChannel]);

/** Members that are not in the contract are ignored, so that a newer shop can talk to an older server. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), token: z.string().nullish() }),
  z.object({ type: z.literal('subscribe'), channel }),
  z.object({ type: z.literal('unsubscribe'), channel }),
  z.object({ type: z.literal('ping') }),
]);

const instant = z.iso.datetime();
const count = z.int().min(0);
const money = z.strictObject({ amount: count, currency: z.string().length(3) });
const eventStatus = z.enum(['locked', 'live', 'sold_out', 'closed']);

const order = z.strictObject({
  id: z.uuid(),
  eventId: z.uuid(),
  eventItemId: z.uuid(),
  itemName: z.string(),
  quantity: z.int().min(1),
  unitPrice: money,
  total: money,
  status: z.enum(['reserved', 'confirmed', 'cancelled', 'expired']),
  reservedUntil: instant,
  createdAt: instant,
  confirmedAt: instant.nullable(),
  releaseReason: z.enum(['shopper', 'expiry', 'event_closed']).nullable(),
});

const eventState = z.strictObject({
  eventId: z.uuid(),
  /** Grows with each edit. A client that shows an older version reads the event anew. */
  version: count,
  status: eventStatus,
  startsAt: instant,
  endsAt: instant,
  /** When it really closed, which an admin may have done before its end. */
  closedAt: instant.nullable(),
  items: z.array(z.strictObject({ id: z.uuid(), stockRemaining: count, held: count })),
  /** Over all instances, as far as known. */
  viewers: count,
  serverTime: instant,
});

const dashboardState = z.strictObject({
  events: z.array(
    z.strictObject({
      eventId: z.uuid(),
      status: eventStatus,
      stockTotal: count,
      stockRemaining: count,
      reserved: count,
      confirmed: count,
      revenue: z.array(money),
      ordersPerSecond: z.number().min(0),
    }),
  ),
  serverTime: instant,
});

const ownState = z.strictObject({ reservations: z.array(order) });

const eventNews = eventState.extend({ kind: z.literal('event_changed') });
const discussionNews = z.strictObject({ kind: z.literal('discussion_changed'), eventId: z.uuid() });
const orderNews = z.strictObject({
  kind: z.enum(['reservation_expiring', 'reservation_expired', 'order_changed']),
  order,
});
const dashboardNews = dashboardState.extend({ kind: z.literal('figures_changed') });

const subscribed = z.literal('subscribed');
const message = z.literal('message');

/** A client ignores types and kinds of messages that it does not know. */
export const serverMessage = z.union([
  z.strictObject({ type: z.literal('welcome'), serverTime: instant, userId: z.uuid().nullable() }),
  z.strictObject({ type: z.literal('pong'), serverTime: instant }),
  /** `channel` names the subscription that was refused or ended; without it, the greeting or the whole message was. */
  z.strictObject({
    type: z.literal('error'),
    code: z.string().regex(/^[A-Z_]+$/),
    channel: channel.optional(),
  }),
  /** How things stand; sent again on each subscription, so that a client that was away catches up. */
  z.strictObject({ type: subscribed, channel: eventChannel, snapshot: eventState }),
  z.strictObject({ type: subscribed, channel: ownChannel, snapshot: ownState }),
  z.strictObject({ type: subscribed, channel: dashboardChannel, snapshot: dashboardState }),
  z.strictObject({ type: message, channel: eventChannel, data: z.union([eventNews, discussionNews]) }),
  z.strictObject({ type: message, channel: ownChannel, data: orderNews }),
  z.strictObject({ type: message, channel: dashboardChannel, data: dashboardNews }),
]);

export type Channel = z.infer<typeof channel>;
export type ClientMessage = z.infer<typeof clientMessage>;
export type ServerMessage = z.infer<typeof serverMessage>;

/** What a subscription to the channel is answered with. */
export type Snapshot<C extends Channel> = Extract<
  ServerMessage,
  { type: 'subscribed'; channel: C }
>['snapshot'];
/** What is told on the channel. */
export type News<C extends Channel> = Extract<ServerMessage, { type: 'message'; channel: C }>['data'];

export type EventChannel = z.infer<typeof eventChannel>;
export type EventState = z.infer<typeof eventState>;
export type DashboardState = z.infer<typeof dashboardState>;
export type OrderNews = z.infer<typeof orderNews>;

/** The name under which a client asked for a channel, and waits for its messages. */
export const nameForClients = (inner: string): Channel =>
  (inner.startsWith(USER_PREFIX) ? OWN_CHANNEL : inner) as Channel;

/** Undefined for whatever is not a message of ours. */
export function parseMessage(text: string): ClientMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return clientMessage.safeParse(json).data;
}
