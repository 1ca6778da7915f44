import { startTestApp, type TestApp } from '../support/test-app.js';
import { TEST_PASSWORD } from '../support/users.js';

const LIMITS = {
  RATE_LIMITS: 'on',
  RATE_LIMIT_LOGIN_PER_MINUTE: '3',
  RATE_LIMIT_REGISTER_PER_MINUTE: '2',
};

describe('rate limits', () => {
  let server: TestApp;

  afterEach(() => server.close());

  const login = (headers: Record<string, string> = {}, to: TestApp = server) =>
    to.http
      .post('/api/v1/auth/login')
      .set(headers)
      .send({ email: 'nobody@example.org', password: TEST_PASSWORD });
  const statuses = async (count: number, headers: (attempt: number) => Record<string, string>) => {
    const found: number[] = [];
    for (let attempt = 0; attempt < count; attempt++) found.push((await login(headers(attempt))).status);
    return found;
  };

  it('counts down, then refuses with the seconds to wait', async () => {
    server = await startTestApp(LIMITS);
    for (const remaining of ['2', '1', '0']) {
      const { headers } = await login().expect(401);
      expect(headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': remaining });
      expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(50);
      expect(headers['retry-after']).toBeUndefined();
    }
    const { body, headers } = await login().expect(429);
    expect(headers['content-type']).toMatch('application/problem+json');
    expect(body).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
    expect(headers['retry-after']).toBe(headers['ratelimit-reset']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it('counts each kind of request for itself', async () => {
    server = await startTestApp(LIMITS);
    await statuses(4, () => ({}));
    const register = (name: string) =>
      server.http
        .post('/api/v1/auth/register')
        .send({ email: `${name}@example.org`, password: TEST_PASSWORD, displayName: name });
    await register('a').expect(201);
    const { body } = await register('b').expect(201);
    await register('c').expect(429);
    // A token is no way around: logins and registrations go by address.
    await register('d').auth(body.accessToken, { type: 'bearer' }).expect(429);
    // What has no limit has none.
    for (let look = 0; look < 5; look++)
      await server.http.get('/api/v1/profile').auth(body.accessToken, { type: 'bearer' }).expect(200);
  });

  it('limits before it reads the body', async () => {
    server = await startTestApp(LIMITS);
    for (let attempt = 0; attempt < 3; attempt++)
      await server.http.post('/api/v1/auth/login').send({}).expect(400);
    await server.http.post('/api/v1/auth/login').send({}).expect(429);
  });

  it.each(['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'CF-Connecting-IP', 'X-Client-IP'])(
    'is not evaded by another %s each time',
    async (header) => {
      server = await startTestApp(LIMITS);
      const value = (attempt: number) =>
        header === 'Forwarded' ? `for=198.51.100.${attempt}` : `198.51.100.${attempt}`;
      expect(await statuses(4, (attempt) => ({ [header]: value(attempt) }))).toEqual([401, 401, 401, 429]);
    },
  );

  it('goes by the address that a trusted proxy names, and by nothing further back', async () => {
    server = await startTestApp({ ...LIMITS, TRUSTED_PROXIES: '127.0.0.1' });
    // Three shoppers behind the proxy have a count each.
    expect(await statuses(4, (attempt) => ({ 'X-Forwarded-For': `198.51.100.${attempt}` }))).toEqual([
      401, 401, 401, 401,
    ]);
    // One who invents a forerunner does not get another: the proxy appends the true address.
    expect(
      await statuses(4, (attempt) => ({ 'X-Forwarded-For': `203.0.113.${attempt}, 198.51.100.77` })),
    ).toEqual([401, 401, 401, 429]);
  });

  it('is not evaded by another address of one IPv6 network each time', async () => {
    server = await startTestApp({ ...LIMITS, TRUSTED_PROXIES: '127.0.0.1' });
    const from = (network: number) => (attempt: number) => ({
      'X-Forwarded-For': `2001:db8:0:${network}:${attempt}::${attempt}`,
    });
    expect(await statuses(4, from(1))).toEqual([401, 401, 401, 429]);
    expect(await statuses(1, from(2))).toEqual([401]);
  });

  it('can be switched off', async () => {
    server = await startTestApp({ ...LIMITS, RATE_LIMITS: 'off' });
    expect(await statuses(5, () => ({}))).toEqual([401, 401, 401, 401, 401]);
    expect((await login()).headers['ratelimit-limit']).toBeUndefined();
  });

  it('tells at once that too many passwords wait, instead of letting all wait', async () => {
    server = await startTestApp({ PASSWORD_HASH_COST: '12' });
    // At this cost one thread hashes some twenty in the five seconds that anybody should wait, fewer where it is slow.
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        login().then(({ status, body, headers }) => ({ status, body, headers })),
      ),
    );
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(10);
    expect(answers.filter(({ status }) => status === 401).length).toBe(40 - busy.length);
    expect(busy.length).toBeLessThan(30);
    for (const { body, headers } of busy) {
      expect(body.code).toBe('AUTH_BUSY');
      expect(headers['retry-after']).toBe('2');
    }
  });
});
