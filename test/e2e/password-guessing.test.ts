import type { Response } from 'supertest';
import { SecurityEvents, type SecurityEvent } from '../../src/auth/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser, TEST_PASSWORD, type TestUser } from '../support/users.js';

/**
 * Goal: guesses at one account are slowed down from wherever they come and can be seen, and whoever makes them keeps
 * neither the owner nor anybody else out. The limit per address is far away here.
 */
describe('guessing passwords', () => {
  let server: TestApp;
  let events: SecurityEvent[];

  beforeAll(async () => {
    server = await startTestApp({
      RATE_LIMITS: 'on',
      RATE_LIMIT_LOGIN_PER_MINUTE: '1000',
      RATE_LIMIT_REGISTER_PER_MINUTE: '1000',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    server.app.get(SecurityEvents).onEvent((event) => events.push(event));
  });
  afterAll(() => server.close());
  beforeEach(() => {
    events = [];
  });
  afterEach(() => jest.restoreAllMocks());

  const login = (email: string, password: string, { address = '198.51.100.1', cookie = '' } = {}) =>
    server.http
      .post('/api/v1/auth/login')
      .set('X-Forwarded-For', address)
      .set('Cookie', cookie)
      .send({ email, password });
  /** Wrong guesses, each from another address; returns how many of each status there were. */
  const guess = async (email: string, count: number) => {
    const statuses: Record<number, number> = {};
    for (let guessed = 0; guessed < count; guessed++) {
      const { status } = await login(email, `wrong ${guessed}`, { address: `203.0.113.${guessed % 40}` });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return statuses;
  };
  const deviceCookieOf = (response: Response) =>
    (response.headers['set-cookie'] as unknown as string[])
      .find((line) => line.startsWith('swiftdrop_device='))
      ?.split(';', 1)[0] as string;
  /** Lets time pass for what counts in this process. */
  const later = (ms: number) => {
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  };

  it('slows down 200 guesses at one account from 40 addresses, and leaves the next account alone', async () => {
    const [ada, bo] = [await registerUser(server), await registerUser(server)];
    const statuses = await guess(ada.email, 200);
    expect(statuses[429]).toBeGreaterThan(150);
    expect(events.filter(({ act, outcome }) => act === 'login' && outcome === 'failed')).toHaveLength(200);
    await login(bo.email, bo.password).expect(200);
  });

  it('answers the same for an account that does not exist', async () => {
    const known = await registerUser(server);
    const answers: unknown[][] = [];
    for (const email of [known.email, 'nobody@example.org']) {
      const seen: unknown[] = [];
      for (let guessed = 0; guessed < 12; guessed++) {
        const { status, body, headers } = await login(email, 'wrong');
        seen.push([status, body, headers['retry-after']]);
      }
      answers.push(seen);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.at(-1)).toEqual([429, expect.objectContaining({ code: 'RATE_LIMITED' }), '1']);
  });

  it('lets the owner in on a device that has logged in before, while a stranger guesses', async () => {
    const user = await registerUser(server);
    const cookie = deviceCookieOf(await login(user.email, user.password).expect(200));
    await guess(user.email, 30);
    await login(user.email, user.password).expect(429);
    await login(user.email, user.password, { cookie }).expect(200);
    // Junk before it, or a device of somebody else, changes nothing.
    await login(user.email, user.password, { cookie: `swiftdrop_device=junk; ${cookie}` }).expect(200);
    const other = await registerUser(server);
    const foreign = deviceCookieOf(await login(other.email, other.password).expect(200));
    await login(user.email, user.password, { cookie: foreign }).expect(429);
  });

  it('slows down a known device too, for itself', async () => {
    const user = await registerUser(server);
    const cookie = deviceCookieOf(await login(user.email, user.password).expect(200));
    for (let guessed = 0; guessed < 11; guessed++) await login(user.email, 'wrong', { cookie }).expect(401);
    await login(user.email, 'wrong', { cookie }).expect(429);
    await login(user.email, user.password).expect(200);
  });

  it('makes each wait longer than the one before, up to five minutes, and lets the owner in between', async () => {
    const user = await registerUser(server);
    await guess(user.email, 11);
    const waits: number[] = [];
    let passed = 0;
    for (let round = 0; round < 12; round++) {
      const { headers } = await login(user.email, 'wrong').expect(429);
      const wait = Number(headers['retry-after']);
      waits.push(wait);
      jest.restoreAllMocks();
      later((passed += wait * 1000));
      await login(user.email, 'wrong').expect(401);
    }
    expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(waits.at(-1)).toBe(300);
    jest.restoreAllMocks();
    later(passed + 300_000);
    await login(user.email, user.password).expect(200);
  });

  it('does not count what was right, nor what came at once', async () => {
    const user = await registerUser(server);
    for (let round = 0; round < 15; round++) await login(user.email, user.password).expect(200);
    const together = await Promise.all(
      Array.from({ length: 30 }, () => login(user.email, 'wrong').then(({ status }) => status)),
    );
    // However many are under way at once, no more than these look at the password.
    expect(together.filter((status) => status === 401)).toHaveLength(11);
  });

  it('slows down guesses at the current password with a stolen token', async () => {
    const user = await registerUser(server);
    const change = (currentPassword: string) =>
      server.http
        .put('/api/v1/auth/password')
        .auth(user.token, { type: 'bearer' })
        .send({ currentPassword, newPassword: 'another horse' });
    for (let guessed = 0; guessed < 11; guessed++) await change('wrong').expect(403);
    await change(user.password).expect(429);
    await login(user.email, user.password).expect(200);
  });

  it('can be switched off with the other limits', async () => {
    const off = await startTestApp({ RATE_LIMITS: 'off' }, server.database);
    try {
      for (let guessed = 0; guessed < 15; guessed++)
        await off.http
          .post('/api/v1/auth/login')
          .send({ email: 'x@example.org', password: 'wrong' })
          .expect(401);
    } finally {
      await off.close();
    }
  });

  describe('what is told of it', () => {
    const from = { address: '198.51.100.7', device: 'supertest' };
    const act = async (user: TestUser) => {
      const send = (method: 'post' | 'put' | 'delete', path: string, token = user.token) =>
        server.http[method](`/api/v1/auth/${path}`)
          .set({ 'X-Forwarded-For': from.address, 'User-Agent': 'supertest' })
          .auth(token, { type: 'bearer' });
      const account = { email: user.email, password: user.password };
      await send('post', 'register')
        .send({ ...account, displayName: 'Eve' })
        .expect(409);
      await send('post', 'login')
        .send({ ...account, password: 'wrong secret' })
        .expect(401);
      const { body } = await send('post', 'login').send(account).expect(200);
      const passwords = { currentPassword: user.password, newPassword: 'another secret horse' };
      await send('put', 'password')
        .send({ ...passwords, currentPassword: 'wrong secret' })
        .expect(403);
      await send('put', 'password').send(passwords).expect(204);
      await send('post', 'logout').expect(204);
      return body.accessToken as string;
    };

    it('are both outcomes of every act, with whom, from where, and no secret', async () => {
      const user = await registerUser(server);
      const token = await act(user);
      const told = events.map(({ act: name, outcome, userId }) => [name, outcome, userId]);
      expect(told).toEqual([
        ['register', 'ok', user.id],
        ['register', 'failed', undefined],
        ['login', 'failed', user.id],
        ['login', 'ok', user.id],
        ['password.change', 'failed', user.id],
        ['password.change', 'ok', user.id],
        ['logout', 'ok', user.id],
      ]);
      for (const event of events.slice(1)) expect(event).toMatchObject(from);
      const text = JSON.stringify(events);
      for (const secret of [TEST_PASSWORD, 'secret', token, user.token, user.email])
        expect(text).not.toContain(secret);
    });

    it('are numbers too', async () => {
      await act(await registerUser(server));
      const { text } = await server.http.get('/metrics').expect(200);
      for (const labels of ['act="login",outcome="ok"', 'act="password.change",outcome="failed"'])
        expect(text).toMatch(new RegExp(`swiftdrop_security_events_total\\{${labels}\\} [1-9]`));
    });

    it('is one event for a burst of refusals, and none for a few', async () => {
      const refuse = (address: string) =>
        server.http.get('/api/v1/profile').set('X-Forwarded-For', address).expect(401);
      for (let request = 0; request < 60; request++) await refuse('198.51.100.8');
      for (let request = 0; request < 10; request++) await refuse('198.51.100.9');
      expect(events).toEqual([
        {
          act: 'refusals',
          outcome: 'failed',
          address: '198.51.100.8',
          count: 50,
          seconds: expect.any(Number),
          reason: 'many requests refused',
        },
      ]);
    });
  });
});
