import { Logger } from '@nestjs/common';
import { createClient } from '@redis/client';
import { createDrop } from '../support/drops.js';
import { findOrInstall } from '../support/debian-programs.js';
import { startRedis, type RedisProcess } from '../support/redis-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { registerUser, TEST_PASSWORD } from '../support/users.js';
import { eventually } from '../support/wait.js';

const LIMITS = {
  RATE_LIMITS: 'on',
  RATE_LIMIT_LOGIN_PER_MINUTE: '3',
  RATE_LIMIT_PURCHASE_PER_MINUTE: '2',
};

const redisProgram = findOrInstall('redis-server', 'redis-server');

/**
 * Goal: with REDIS_URL two instances count together, and without Redis each for itself.
 * Method: two applications on one database, and a real Redis behind a proxy that can be cut and silenced.
 */
(redisProgram ? describe : describe.skip)('rate limits of two instances', () => {
  let database: TestDatabase;
  let redis: RedisProcess;
  let proxy: TcpProxy;
  let instances: TestApp[];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    redis = await startRedis(redisProgram as string);
    proxy = await TcpProxy.to('127.0.0.1', redis.port);
    instances = [];
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    await proxy.close();
    await redis.stop();
  });

  const startBoth = async (settings: Record<string, string>) => {
    for (let count = 0; count < 2; count++)
      instances.push(await startTestApp({ ...LIMITS, ...settings }, database));
  };
  const throughProxy = () => ({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
  const expectRedis = async (state: 'up' | 'down') => {
    for (const instance of instances) {
      const { body } = await instance.http.get('/health/ready').expect(200);
      expect(body).toEqual({
        status: state === 'up' ? 'ready' : 'degraded',
        stores: { postgresql: 'up', redis: state },
      });
    }
  };
  const redisIs = (state: 'up' | 'down') => eventually(() => expectRedis(state));
  /** Logs in on the instances of these numbers, in turn; returns the statuses. */
  const logIn = async (...turns: number[]) => {
    const statuses: number[] = [];
    for (const turn of turns) {
      const { status } = await (instances[turn] as TestApp).http
        .post('/api/v1/auth/login')
        .send({ email: 'nobody@example.org', password: TEST_PASSWORD });
      statuses.push(status);
    }
    return statuses;
  };
  const keysInRedis = async (pattern = '*') => {
    const client = createClient({ url: redis.url });
    await client.connect();
    const keys = await client.keys(pattern);
    const lives = await Promise.all(keys.map((key) => client.pTTL(key)));
    client.destroy();
    return { keys, lives };
  };

  it('are one limit with Redis', async () => {
    await startBoth({ REDIS_URL: redis.url });
    await redisIs('up');
    const { headers } = await (instances[1] as TestApp).http.post('/api/v1/auth/login').send({});
    expect(headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(await logIn(0, 1, 0, 1)).toEqual([401, 401, 429, 429]);
    const refused = await (instances[0] as TestApp).http.post('/api/v1/auth/login').send({}).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    const { keys, lives } = await keysInRedis('swiftdrop:limit:login *');
    expect(keys).toEqual(['swiftdrop:limit:login 127.0.0.1']);
    expect(lives[0]).toBeGreaterThan(50_000);
    expect(lives[0]).toBeLessThanOrEqual(60_000);
  });

  /** Wrong guesses at one account, in turn; how many of them looked at the password. */
  const guesses = async (count: number) => {
    const turns = Array.from({ length: count }, (_, index) => index % 2);
    return (await logIn(...turns)).filter((status) => status === 401).length;
  };

  it('slow down guesses at one account together with Redis', async () => {
    await startBoth({ REDIS_URL: redis.url, RATE_LIMIT_LOGIN_PER_MINUTE: '1000' });
    await redisIs('up');
    expect(await guesses(20)).toBe(11);
  });

  it('slow down guesses each for itself without it (negative control)', async () => {
    await startBoth({ RATE_LIMIT_LOGIN_PER_MINUTE: '1000' });
    expect(await guesses(24)).toBe(22);
  });

  it('are a limit each without it (negative control)', async () => {
    await startBoth({});
    expect(await logIn(0, 1, 0, 1, 0, 1, 0, 1)).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
  });

  it('go on from what each has counted itself while Redis is lost, and are one again when it is back', async () => {
    await startBoth(throughProxy());
    await redisIs('up');
    expect(await logIn(0, 0)).toEqual([401, 401]);
    await proxy.cut();
    await redisIs('down');
    // The first instance remembers its own two, the second had none.
    expect(await logIn(0, 0, 1)).toEqual([401, 429, 401]);
    await proxy.mend();
    await redisIs('up');
    // Redis knows of the two from before; the second instance alone would allow both of these.
    expect(await logIn(1, 1)).toEqual([401, 429]);
  });

  it('do not wait for a Redis that is silent', async () => {
    await startBoth(throughProxy());
    await redisIs('up');
    proxy.silence();
    const startedAt = performance.now();
    expect(await logIn(0, 0, 0, 0)).toEqual([401, 401, 401, 429]);
    // One of the four may wait for an answer, as long as anybody should.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await proxy.mend();
    await redisIs('up');
  });

  it('stay apart until a silent Redis answers, although its connection was never lost', async () => {
    const lines: string[] = [];
    const listen = (level: 'warn' | 'log') =>
      jest.spyOn(Logger.prototype, level).mockImplementation((...[line]) => void lines.push(String(line)));
    const spies = [listen('warn'), listen('log')];
    try {
      await startBoth({ ...throughProxy(), RATE_LIMIT_LOGIN_PER_MINUTE: '100' });
      await redisIs('up');
      const aboutRedis = () => lines.splice(0).filter((line) => line.startsWith('Redis'));
      aboutRedis();
      for (let round = 0; round < 2; round++) {
        proxy.silence();
        await logIn(0, 1);
        // For longer than it rests after a question without an answer.
        const startedAt = performance.now();
        while (performance.now() - startedAt < 1_500) await expectRedis('down');
        expect(aboutRedis()).toEqual([
          expect.stringMatching(/^Redis does not answer/),
          expect.stringMatching(/^Redis does not answer/),
        ]);
        proxy.speak();
        await eventually(async () => {
          await logIn(0, 1);
          await expectRedis('up');
        });
        expect(aboutRedis()).toEqual([
          expect.stringMatching(/^Redis answers again/),
          expect.stringMatching(/^Redis answers again/),
        ]);
      }
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it('never ask Redis about a purchase', async () => {
    await startBoth({ REDIS_URL: redis.url });
    await redisIs('up');
    const [first, second] = instances as [TestApp, TestApp];
    const buyer = await registerUser(first);
    const { itemId } = await createDrop(database.pool, { perUserLimit: 10 });
    const buy = (server: TestApp) =>
      server.http.post(`/api/v1/purchase/${itemId}`).auth(buyer.token, { type: 'bearer' });
    for (const server of [first, second]) {
      await buy(server).expect(201);
      await buy(server).expect(201);
      await buy(server).expect(429);
    }
    expect((await keysInRedis()).keys).toEqual(['swiftdrop:limit:register 127.0.0.1']);
  });

  it('count together as soon as a Redis is there that was not at the start', async () => {
    await proxy.cut();
    await startBoth(throughProxy());
    await redisIs('down');
    const { text } = await (instances[0] as TestApp).http.get('/metrics').expect(200);
    expect(text).toContain('swiftdrop_store_up{store="redis"} 0');
    await proxy.mend();
    await redisIs('up');
    expect(await logIn(0, 1, 0, 1)).toEqual([401, 401, 401, 429]);
  });
});
