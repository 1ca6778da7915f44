import { isIP, SocketAddress } from 'node:net';
import { z } from 'zod';
import { isCommonPassword } from '../values/index.js';

/** Where a setting stands in `.env.example`. */
export type SettingGroup = 'Server' | 'Stores' | 'Security' | 'Sales' | 'Demo';

const flag = (fallback: 'on' | 'off') => z.enum(['on', 'off']).default(fallback);
const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  );
const url = (protocols: string[]) =>
  z
    .string()
    .refine((text) => protocols.some((protocol) => text.startsWith(`${protocol}://`)), {
      message: `must start with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    })
    .optional();

/** Revocations are kept for this long. */
export const MAX_ACCESS_TOKEN_TTL_SECONDS = 3600;

/**
 * Every setting of SwiftDrop: its default, its range and a line of help. `.env.example` lists the same
 * keys, and a test compares the two. An empty variable counts as unset.
 */
export const settingsShape = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses embedded stores, demo accounts and weak secrets.'),
  PORT: integer(3000, 0, 65_535).describe('TCP port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 in a container.'),
  MANAGEMENT_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'TCP port of /metrics, /docs and /openapi.json; unset takes 3001 in production and PORT elsewhere. The same as ' +
        'PORT leaves them on the public port.',
    ),
  MANAGEMENT_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of MANAGEMENT_PORT; in a container one that only your own network reaches.'),
  DATA_DIR: z.string().default('.data').describe('Where the embedded PostgreSQL keeps its data.'),
  WEB_DIR: z
    .string()
    .optional()
    .describe('Folder of the built web shop; unset takes the one that was built beside the API.'),
  SHOP_URL: url(['http', 'https']).describe(
    'Where the shop is, if another server serves it; said at the start. "npm run dev" sets it.',
  ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severity that is logged.'),
  MAX_CONNECTIONS: integer(10_000, 10, 1_000_000).describe(
    'Sockets that may be open at once; one more is closed at once.',
  ),
  SHUTDOWN_TIMEOUT_SECONDS: integer(10, 1, 120).describe(
    'How long requests in flight may take to finish after SIGTERM.',
  ),
  ROLE: z
    .enum(['all', 'api', 'worker'])
    .default('all')
    .describe(
      'What the instance does: api answers requests, worker works off jobs and answers health checks alone.',
    ),
  JOB_BATCH_SIZE: integer(20, 1, 1_000).describe(
    'Jobs that an instance takes at a time, of each subscriber.',
  ),
  JOB_POLLING_SECONDS: z.coerce
    .number()
    .min(0.5)
    .max(60)
    .default(1)
    .describe('How often an instance looks for jobs that others published.'),
  REALTIME_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'WebSocket listeners of one instance; unset takes four fifths of MAX_CONNECTIONS, the most that is allowed: ' +
        'the rest stays for requests.',
    ),
  REALTIME_CONNECTIONS_PER_ADDRESS: integer(200, 1, 1_000_000).describe(
    'WebSocket listeners of one address, in IPv6 of one /64 network; many people may share one.',
  ),
  REALTIME_CONNECTIONS_PER_USER: integer(20, 1, 10_000).describe(
    'WebSocket listeners of one user: tabs and devices.',
  ),
  TRUSTED_PROXIES: list.describe(
    'Comma-separated addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed; empty believes none.',
  ),
  ALLOWED_ORIGINS: list.describe('Comma-separated exact origins that browsers may call the API from.'),

  DATABASE_URL: url(['postgres', 'postgresql']).describe(
    'URL of a PostgreSQL 18 or newer; unset starts an embedded PostgreSQL (not in production).',
  ),
  DATABASE_POOL_SIZE: integer(10, 2, 200).describe('Connections for everything but claims.'),
  CLAIM_POOL_SIZE: integer(2, 1, 20).describe(
    'Connections for purchases; few on purpose, since claims of one item wait for one row.',
  ),
  MONGO_URI: url(['mongodb', 'mongodb+srv']).describe(
    'MongoDB connection URI for reviews and comments; unset keeps them in PostgreSQL.',
  ),
  MONGO_DB_NAME: z
    .string()
    .refine(isMongoDatabaseName, {
      message:
        'must have 1 to 63 bytes, none of / \\ . " $ * < > : | ? or spaces, and not be admin, local or config',
    })
    .default('swiftdrop')
    .describe('MongoDB database name.'),
  REDIS_URL: url(['redis', 'rediss']).describe(
    'Redis or Valkey in which instances count rate limits together, but for purchases; unset counts in each.',
  ),

  JWT_SECRET: z
    .string()
    .optional()
    .describe(
      'Signs access tokens; at least 32 characters. Unset makes a random one at each start (not in production).',
    ),
  ACCESS_TOKEN_TTL_SECONDS: integer(600, 30, MAX_ACCESS_TOKEN_TTL_SECONDS).describe(
    'Life of an access token.',
  ),
  SESSION_TTL_DAYS: integer(30, 1, 365).describe('Life of a session without use.'),
  SESSION_MAX_DAYS: integer(180, 1, 3650).describe(
    'Life of a session in all, however often it is used; then one logs in again.',
  ),
  COOKIE_SECURE: flag('off').describe('on marks the refresh cookie Secure; must be on in production.'),
  PASSWORD_HASH_COST: integer(10, 4, 15).describe('bcrypt cost; at least 10 in production.'),
  PASSWORD_HASH_THREADS: integer(0, 0, 64).describe(
    'Worker threads that hash; 0 takes one fewer than there are cores.',
  ),
  RATE_LIMITS: flag('on').describe('off is refused in production.'),
  RATE_LIMIT_LOGIN_PER_MINUTE: integer(10, 1, 1_000_000).describe('Login attempts per IP and minute.'),
  RATE_LIMIT_REGISTER_PER_MINUTE: integer(10, 1, 1_000_000).describe('Registrations per IP and minute.'),
  RATE_LIMIT_PURCHASE_PER_MINUTE: integer(120, 1, 1_000_000).describe(
    'Purchase requests per user and minute.',
  ),
  RATE_LIMIT_COMMENT_PER_MINUTE: integer(20, 1, 1_000_000).describe(
    'Reviews and comments per user and minute.',
  ),
  RATE_LIMIT_READ_PER_MINUTE: integer(600, 1, 1_000_000).describe(
    'Pages of reviews and comments read per user, or per address without one, and minute.',
  ),
  RATE_LIMIT_COMMENTS_PER_EVENT_AND_HOUR: integer(20, 1, 1_000).describe(
    'Comments that stand, per user, event and hour: nobody buries a discussion alone.',
  ),

  RESERVATION_TTL_SECONDS: integer(300, 5, 86_400).describe(
    'How long a reservation holds its stock, unless the event says otherwise.',
  ),
  HOLD_RELEASE_LIMIT: integer(3, 0, 1_000).describe(
    'Reservations of an item that a shopper may cancel or let expire within HOLD_RELEASE_WINDOW_SECONDS and still get another; 0 sets no limit.',
  ),
  HOLD_RELEASE_WINDOW_SECONDS: integer(3_600, 10, 604_800).describe(
    'How long a reservation that a shopper let go of counts. Make it longer than the limit times RESERVATION_TTL_SECONDS.',
  ),
  CLAIM_QUEUE_LIMIT: integer(20_000, 1, 1_000_000).describe(
    'Purchases that may wait in one instance; above it the answer is 503 with Retry-After.',
  ),

  ADMIN_EMAIL: z.email().optional().describe('The first admin, made at start if there is no admin.'),
  ADMIN_PASSWORD: z
    .string()
    .optional()
    .describe('Password of the first admin; at least 12 characters in production.'),
  LAB_ENDPOINTS: z
    .enum(['on', 'off'])
    .optional()
    .describe(
      'Lets admins make disposable buyers in bulk for load tests; off by default in production, on elsewhere.',
    ),
  SEED_DEMO: z
    .enum(['on', 'off'])
    .optional()
    .describe('Demo accounts and drops; on by default with the embedded PostgreSQL, refused in production.'),
} as const;

export const settingGroups: Record<SettingGroup, readonly (keyof typeof settingsShape)[]> = {
  Server: [
    'NODE_ENV',
    'PORT',
    'HOST',
    'MANAGEMENT_PORT',
    'MANAGEMENT_HOST',
    'DATA_DIR',
    'WEB_DIR',
    'SHOP_URL',
    'LOG_LEVEL',
    'MAX_CONNECTIONS',
    'SHUTDOWN_TIMEOUT_SECONDS',
    'ROLE',
    'JOB_BATCH_SIZE',
    'JOB_POLLING_SECONDS',
    'REALTIME_MAX_CONNECTIONS',
    'REALTIME_CONNECTIONS_PER_ADDRESS',
    'REALTIME_CONNECTIONS_PER_USER',
    'TRUSTED_PROXIES',
    'ALLOWED_ORIGINS',
  ],
  Stores: [
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'CLAIM_POOL_SIZE',
    'MONGO_URI',
    'MONGO_DB_NAME',
    'REDIS_URL',
  ],
  Security: [
    'JWT_SECRET',
    'ACCESS_TOKEN_TTL_SECONDS',
    'SESSION_TTL_DAYS',
    'SESSION_MAX_DAYS',
    'COOKIE_SECURE',
    'PASSWORD_HASH_COST',
    'PASSWORD_HASH_THREADS',
    'RATE_LIMITS',
    'RATE_LIMIT_LOGIN_PER_MINUTE',
    'RATE_LIMIT_REGISTER_PER_MINUTE',
    'RATE_LIMIT_PURCHASE_PER_MINUTE',
    'RATE_LIMIT_COMMENT_PER_MINUTE',
    'RATE_LIMIT_READ_PER_MINUTE',
    'RATE_LIMIT_COMMENTS_PER_EVENT_AND_HOUR',
  ],
  Sales: [
    'RESERVATION_TTL_SECONDS',
    'HOLD_RELEASE_LIMIT',
    'HOLD_RELEASE_WINDOW_SECONDS',
    'CLAIM_QUEUE_LIMIT',
  ],
  Demo: ['ADMIN_EMAIL', 'ADMIN_PASSWORD', 'SEED_DEMO', 'LAB_ENDPOINTS'],
};

const shape = z.object(settingsShape);
export type RawSettings = z.infer<typeof shape>;

/** Parts of a secret that nobody would choose at random: the values that examples and tutorials carry. */
const EXAMPLE_SECRET = /change.?me|example|secret|password|your[-_ ]|swiftdrop|default|12345678/i;

/** What production refuses, each as `KEY: what is wrong and what to do`. */
export function productionProblems(settings: RawSettings): string[] {
  if (settings.NODE_ENV !== 'production') return [];
  const problems: string[] = [];
  if (!settings.DATABASE_URL)
    problems.push('DATABASE_URL: is required in production; the embedded PostgreSQL is for trying out');
  if (settings.SEED_DEMO === 'on')
    problems.push('SEED_DEMO: demo accounts are refused in production; unset it');
  if (!settings.JWT_SECRET)
    problems.push('JWT_SECRET: is required in production; make one with "openssl rand -base64 48"');
  else if (EXAMPLE_SECRET.test(settings.JWT_SECRET))
    problems.push('JWT_SECRET: looks like an example; make one with "openssl rand -base64 48"');
  else if (new Set(settings.JWT_SECRET).size < 10)
    problems.push('JWT_SECRET: repeats itself; make one with "openssl rand -base64 48"');
  if (settings.RATE_LIMITS === 'off') problems.push('RATE_LIMITS: off is refused in production');
  if (settings.COOKIE_SECURE === 'off')
    problems.push('COOKIE_SECURE: must be on in production; serve the shop over TLS');
  if (settings.PASSWORD_HASH_COST < 10)
    problems.push('PASSWORD_HASH_COST: must be at least 10 in production');
  if (settings.ADMIN_PASSWORD !== undefined) {
    if (settings.ADMIN_PASSWORD.length < 12)
      problems.push('ADMIN_PASSWORD: must have at least 12 characters in production');
    else if (EXAMPLE_SECRET.test(settings.ADMIN_PASSWORD))
      problems.push('ADMIN_PASSWORD: looks like an example; choose another');
    else if (isCommonPassword(settings.ADMIN_PASSWORD) || new Set(settings.ADMIN_PASSWORD).size < 6)
      problems.push('ADMIN_PASSWORD: is too easily guessed; choose another');
  }
  return problems;
}

/** What is refused everywhere, beyond the range of each setting. */
export function generalProblems(settings: RawSettings): string[] {
  const problems: string[] = [];
  if (settings.JWT_SECRET !== undefined && settings.JWT_SECRET.length < 32)
    problems.push('JWT_SECRET: must have at least 32 characters');
  if (settings.SESSION_MAX_DAYS < settings.SESSION_TTL_DAYS)
    problems.push('SESSION_MAX_DAYS: must be at least SESSION_TTL_DAYS');
  if ((settings.ADMIN_EMAIL === undefined) !== (settings.ADMIN_PASSWORD === undefined))
    problems.push('ADMIN_EMAIL, ADMIN_PASSWORD: set both or neither');
  if (settings.ADMIN_PASSWORD !== undefined) {
    if (settings.ADMIN_PASSWORD.length < 8) problems.push('ADMIN_PASSWORD: must have at least 8 characters');
    if (Buffer.byteLength(settings.ADMIN_PASSWORD) > 72)
      problems.push('ADMIN_PASSWORD: may have at most 72 bytes, since bcrypt ignores what follows');
  }
  if (settings.DATABASE_URL !== undefined && !URL.canParse(settings.DATABASE_URL))
    problems.push('DATABASE_URL: is not a URL such as postgres://user:password@host:5432/database');
  if (settings.REDIS_URL !== undefined && !isRedisUrl(settings.REDIS_URL))
    problems.push('REDIS_URL: is not a URL such as redis://user:password@host:6379/0');
  const mostListeners = mostRealtimeConnections(settings.MAX_CONNECTIONS);
  if ((settings.REALTIME_MAX_CONNECTIONS ?? 0) > mostListeners)
    problems.push(
      `REALTIME_MAX_CONNECTIONS: may be at most ${mostListeners}, four fifths of MAX_CONNECTIONS ` +
        `(${settings.MAX_CONNECTIONS}), so that listeners leave room for requests`,
    );
  for (const proxy of settings.TRUSTED_PROXIES) {
    const range = parseAddressRange(proxy);
    if (!range) problems.push(`TRUSTED_PROXIES: "${proxy}" is not an address or range such as 10.0.0.0/8`);
    else if (range.bits < range.leastBits)
      problems.push(
        `TRUSTED_PROXIES: "${proxy}" is too broad: it would let clients choose the address that limits count; ` +
          `name the proxies, or a range of at least /${range.leastBits}`,
      );
  }
  for (const origin of settings.ALLOWED_ORIGINS)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      problems.push(`ALLOWED_ORIGINS: "${origin}" is not an origin such as https://shop.example.org`);
  return problems;
}

/** Listeners stay for hours; a fifth of all sockets is kept for requests, which come and go. */
export function mostRealtimeConnections(maxConnections: number): number {
  return Math.floor(maxConnections * 0.8);
}

/** The broadest range that can be somebody's own network: 10.0.0.0/8, fc00::/7, or a provider's largest block. */
const LEAST_BITS = { ipv4: 8, privateIpv6: 7, ipv6: 16 };

function parseAddressRange(text: string): { bits: number; leastBits: number } | undefined {
  const [address = '', bitsText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || (bitsText !== undefined && !/^\d+$/.test(bitsText)))
    return undefined;
  const mostBits = version === 4 ? 32 : 128;
  const bits = bitsText === undefined ? mostBits : Number(bitsText);
  if (bits > mostBits) return undefined;
  if (version === 4) return { bits, leastBits: LEAST_BITS.ipv4 };
  // In its one canonical spelling; an IPv4 address may hide in the last 32 bits.
  const canonical = new SocketAddress({ address: address.split('%', 1)[0] as string, family: 'ipv6' })
    .address;
  if (/^::ffff:\d+\./.test(canonical)) return { bits, leastBits: 96 + LEAST_BITS.ipv4 };
  return { bits, leastBits: /^f[cd]/.test(canonical) ? LEAST_BITS.privateIpv6 : LEAST_BITS.ipv6 };
}

/** Its path, if any, is the number of a database. */
function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^\/?\d*$/.test(new URL(text).pathname);
}

/** What a server on any system takes, and none of those that MongoDB keeps for itself. */
function isMongoDatabaseName(name: string): boolean {
  return (
    // eslint-disable-next-line no-control-regex
    /^[^\u0000-\u0020/\\."$*<>:|?\u007f]+$/.test(name) &&
    Buffer.byteLength(name) <= 63 &&
    !['admin', 'local', 'config'].includes(name.toLowerCase())
  );
}

export const settingsSchema = shape;
