import { Settings, SettingsError } from './settings.js';

/** All that production needs. */
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://shop:gT5vQ2@db/shop',
  JWT_SECRET: 'uY3kQ9vB7mZ2xC5nL8pR4tW6sD1fG0hJ',
  COOKIE_SECURE: 'on',
};

function problems(environment: Record<string, string>): string[] {
  try {
    Settings.parse(environment);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

const keysOf = (list: string[]) => list.map((problem) => problem.split(':', 1)[0]);

describe('Settings', () => {
  it('needs nothing for trying out: embedded stores, a demo, a random secret', () => {
    const settings = Settings.parse({});
    expect(settings.usesEmbeddedDatabase).toBe(true);
    expect(settings.seedsDemo).toBe(true);
    expect(settings.isProduction).toBe(false);
    expect(settings.rateLimitsEnabled).toBe(true);
    expect(settings.jwtKey.equals(Settings.parse({}).jwtKey)).toBe(false);
  });

  it('seeds no demo into a database of somebody else unless asked', () => {
    const own = { DATABASE_URL: 'postgres://localhost/shop' };
    expect(Settings.parse(own).seedsDemo).toBe(false);
    expect(Settings.parse({ ...own, SEED_DEMO: 'on' }).seedsDemo).toBe(true);
  });

  it('takes an empty variable for an unset one', () => {
    expect(Settings.parse({ PORT: '', DATABASE_URL: '', JWT_SECRET: '' }).raw.PORT).toBe(3000);
  });

  it('starts in production with what production needs', () => {
    expect(problems(PRODUCTION)).toEqual([]);
    const settings = Settings.parse(PRODUCTION);
    expect(settings.isProduction).toBe(true);
    expect(settings.seedsDemo).toBe(false);
  });

  it.each([
    ['an embedded database', { DATABASE_URL: '' }, 'DATABASE_URL'],
    ['demo accounts', { SEED_DEMO: 'on' }, 'SEED_DEMO'],
    ['a missing secret', { JWT_SECRET: '' }, 'JWT_SECRET'],
    ['a short secret', { JWT_SECRET: 'uY3kQ9vB7mZ2xC5nL8pR4tW6sD1fG0h' }, 'JWT_SECRET'],
    ['an example secret', { JWT_SECRET: 'change-me-uY3kQ9vB7mZ2xC5nL8pR4tW6' }, 'JWT_SECRET'],
    ['a secret of one letter', { JWT_SECRET: 'a'.repeat(64) }, 'JWT_SECRET'],
    ['no rate limits', { RATE_LIMITS: 'off' }, 'RATE_LIMITS'],
    ['a cookie without TLS', { COOKIE_SECURE: 'off' }, 'COOKIE_SECURE'],
    ['cheap hashes', { PASSWORD_HASH_COST: '4' }, 'PASSWORD_HASH_COST'],
    [
      'a short admin password',
      { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: 'vQ2mZ8xC5n1' },
      'ADMIN_PASSWORD',
    ],
    ...['aaaaaaaaaaaa', 'qwertyuiopqwertyuiop', 'abaabbabaabb', '123456789012'].map(
      (guessable) =>
        [
          `the admin password ${guessable}`,
          { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: guessable },
          'ADMIN_PASSWORD',
        ] as [string, object, string],
    ),
    [
      'an example admin password',
      { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: 'Password1234' },
      'ADMIN_PASSWORD',
    ],
  ])('refuses in production %s', (_, change, key) => {
    expect(keysOf(problems({ ...PRODUCTION, ...change }))).toEqual([key]);
  });

  it.each([
    ['PORT', ['-1', '65536', '80.5', 'http']],
    ['NODE_ENV', ['prod']],
    ['LOG_LEVEL', ['loud']],
    ['DATABASE_URL', ['mysql://localhost/shop', 'postgres://host:port/shop']],
    ['MONGO_URI', ['http://localhost']],
    ['REDIS_URL', ['http://localhost', 'localhost:6379']],
    ['TRUSTED_PROXIES', ['proxy.example', '10.0.0.0/33', '10.0.0.1,all', '10.0.0.0/', '10.0.0.0/8/8']],
    [
      'MONGO_DB_NAME',
      ['a/b', 'a\\b', 'a.b', 'a b', ' ', '$x', 'a"b', 'a\0b', 'x'.repeat(64), 'é'.repeat(32), 'admin'],
    ],
    ['ALLOWED_ORIGINS', ['*', 'https://shop.example/', 'shop.example']],
    ['JWT_SECRET', ['too short']],
    ['SESSION_MAX_DAYS', ['29', '3651']],
    ['RATE_LIMITS', ['maybe']],
    ['RESERVATION_TTL_SECONDS', ['4', '86401']],
    ['HOLD_RELEASE_LIMIT', ['-1', '1001']],
    ['HOLD_RELEASE_WINDOW_SECONDS', ['9', '604801']],
    ['CLAIM_POOL_SIZE', ['0', '21']],
    ['ADMIN_EMAIL, ADMIN_PASSWORD', []],
  ])('refuses a %s outside its range everywhere', (key, values) => {
    for (const value of values) expect(keysOf(problems({ [key]: value }))).toEqual([key]);
  });

  it('takes management off the public port in production, unless told otherwise', () => {
    expect(Settings.parse({}).managementPort).toBeUndefined();
    expect(Settings.parse(PRODUCTION).managementPort).toBe(3001);
    expect(Settings.parse({ ...PRODUCTION, MANAGEMENT_PORT: '9000' }).managementPort).toBe(9000);
    expect(Settings.parse({ ...PRODUCTION, MANAGEMENT_PORT: '3000' }).managementPort).toBeUndefined();
  });

  it('keeps a fifth of the sockets for requests', () => {
    expect(Settings.parse({ MAX_CONNECTIONS: '100' }).realtimeMaxConnections).toBe(80);
    const fits = { MAX_CONNECTIONS: '100', REALTIME_MAX_CONNECTIONS: '80' };
    expect(Settings.parse(fits).realtimeMaxConnections).toBe(80);
    expect(keysOf(problems({ ...fits, REALTIME_MAX_CONNECTIONS: '81' }))).toEqual([
      'REALTIME_MAX_CONNECTIONS',
    ]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '10.0.0.0/7',
    '2000::/3',
    '2600::/12',
    'fc00::/6',
    '::ffff:0.0.0.0/96',
    '0:0:0:0:0:ffff:0:0/97',
    '10.0.0.1,::/0',
  ])(
    'refuses to believe the proxies %s: whoever is in them chooses the address that limits count',
    (range) => {
      expect(problems({ TRUSTED_PROXIES: range })).toEqual([
        expect.stringMatching(/^TRUSTED_PROXIES: ".+" is too broad/),
      ]);
    },
  );

  it('believes addresses and ranges that can be a network of proxies', () => {
    const ranges = [
      '127.0.0.1',
      '::1',
      '10.0.0.0/8',
      '172.16.0.0/12',
      '104.16.0.0/13',
      'fd00::/8',
      'fc00::/7',
    ];
    expect(
      problems({ TRUSTED_PROXIES: [...ranges, '2606:4700::/32', '::ffff:10.0.0.0/104'].join(',') }),
    ).toEqual([]);
  });

  it('takes the usual names of a MongoDB database', () => {
    for (const name of ['shop', 'shop_1', 'shop-eu', 'x'.repeat(63)])
      expect(Settings.parse({ MONGO_DB_NAME: name }).raw.MONGO_DB_NAME).toBe(name);
  });

  it('refuses half an admin, and a password that bcrypt would cut', () => {
    expect(problems({ ADMIN_EMAIL: 'a@b.example' })).toHaveLength(1);
    expect(keysOf(problems({ ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: 'é'.repeat(37) }))).toEqual([
      'ADMIN_PASSWORD',
    ]);
  });

  it('names every bad setting at once, each once, also when some cannot even be read', () => {
    const bad = {
      NODE_ENV: 'production',
      PORT: 'http',
      CLAIM_POOL_SIZE: '99',
      RATE_LIMITS: 'off',
      SEED_DEMO: 'on',
    };
    expect(keysOf(problems(bad)).toSorted()).toEqual([
      ...[
        'CLAIM_POOL_SIZE',
        'COOKIE_SECURE',
        'DATABASE_URL',
        'JWT_SECRET',
        'PORT',
        'RATE_LIMITS',
        'SEED_DEMO',
      ],
    ]);
  });
});
