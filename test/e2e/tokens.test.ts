import { createHmac } from 'node:crypto';
import { AccessTokens } from '../../src/auth/tokens/access-tokens.js';
import { Clock } from '../../src/platform/values/index.js';
import { startTestApp, TEST_SETTINGS, type TestApp } from '../support/test-app.js';
import { registerUser, type TestUser } from '../support/users.js';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an attacker makes one. */
function forge(header: object, claims: object, secret: string, digest = 'sha256'): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

describe('access tokens', () => {
  let server: TestApp;
  let user: TestUser;
  let claims: Record<string, unknown>;

  beforeAll(async () => {
    server = await startTestApp();
    user = await registerUser(server);
    claims = JSON.parse(Buffer.from(user.token.split('.')[1] ?? '', 'base64url').toString());
  });
  afterAll(() => server.close());
  afterEach(() => jest.restoreAllMocks());

  const profile = () => server.http.get('/api/v1/profile');
  const refused = async (token: string) => {
    const response = await profile().auth(token, { type: 'bearer' }).expect(401);
    expect(response.body.code).toBe('UNAUTHENTICATED');
    expect(response.headers['www-authenticate']).toBe('Bearer');
  };

  it('refuses no token, and says what it wants', async () => {
    const { body, headers } = await profile().expect(401);
    expect(body.code).toBe('UNAUTHENTICATED');
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('takes the forger for a user once the secret is right (negative control)', async () => {
    const token = forge({ alg: 'HS256', typ: 'at+jwt' }, claims, TEST_SETTINGS.JWT_SECRET);
    await profile().auth(token, { type: 'bearer' }).expect(200);
  });

  const signed = (changes: object, header: object = {}) =>
    forge({ alg: 'HS256', typ: 'at+jwt', ...header }, { ...claims, ...changes }, TEST_SETTINGS.JWT_SECRET);

  it.each([
    ['no algorithm', () => `${part({ alg: 'none' })}.${part(claims)}.`],
    ['no algorithm, oddly spelt', () => `${part({ alg: 'nOnE' })}.${part(claims)}.`],
    ['no algorithm, yet a signature', () => forge({ alg: 'none' }, claims, TEST_SETTINGS.JWT_SECRET)],
    ['another secret', () => forge({ alg: 'HS256', typ: 'at+jwt' }, claims, 'x'.repeat(32))],
    [
      'another algorithm',
      () => forge({ alg: 'HS512', typ: 'at+jwt' }, claims, TEST_SETTINGS.JWT_SECRET, 'sha512'),
    ],
    ['an exchanged role', () => user.token.replace(/\.[^.]*\./, `.${part({ ...claims, role: 'admin' })}.`)],
    ['no expiry', () => signed({ exp: undefined })],
    ['a past expiry', () => signed({ exp: 1 })],
    ['an unknown role', () => signed({ role: 'root' })],
    ['no session', () => signed({ sid: undefined })],
    ['no type', () => signed({}, { typ: undefined })],
    ['the type of any token', () => signed({}, { typ: 'JWT' })],
    ['no audience', () => signed({ aud: undefined })],
    ['another audience', () => signed({ aud: 'mail-links' })],
    ['no issuer', () => signed({ iss: undefined })],
    ['another issuer', () => signed({ iss: 'elsewhere' })],
    ['a great length', () => `${user.token}${'A'.repeat(4000)}`],
    ['no shape', () => 'nonsense'],
  ])('refuses a token with %s', async (_, token) => {
    await refused(token());
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'bearer a b', 'Bearer,x'])(
    'refuses the header "%s"',
    async (header) => {
      await profile().set('Authorization', header).expect(401);
    },
  );

  it('honours the expiry to the second, also of a token it has seen', async () => {
    const { accessToken, expiresIn } = server.app.get(AccessTokens).issue({
      userId: user.id,
      role: 'customer',
      sessionId: claims.sid as string,
      tokenVersion: 1,
    });
    await profile().auth(accessToken, { type: 'bearer' }).expect(200);
    const { exp } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
    expect(exp).toBeLessThanOrEqual(Date.now() / 1000 + expiresIn);
    const now = jest.spyOn(server.app.get(Clock), 'now');
    now.mockReturnValue(new Date(exp * 1000 - 1));
    await profile().auth(accessToken, { type: 'bearer' }).expect(200);
    now.mockReturnValue(new Date(exp * 1000));
    await refused(accessToken);
  });

  it.each([
    ['GET', '/api/v1/%70rofile'],
    ['GET', '/api/v1/profile/'],
    ['GET', '/api/v1//profile'],
    ['GET', '/api/v1/./profile'],
    ['GET', '/API/V1/PROFILE'],
    ['GET', '/api/v1/profile;x=1'],
    ['GET', '/api/v1/profile%2f'],
    ['GET', '/api/v1/profile%00'],
    ['GET', '/api/v1/profile?x=/auth/login'],
    ['HEAD', '/api/v1/profile'],
    ['HEAD', '/api/v1/%70rofile'],
    ['OPTIONS', '/api/v1/profile'],
  ])('%s %s does not get past', async (method, path) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect([400, 401, 404, 405]).toContain(response.status);
    expect(await response.text()).not.toContain(user.email);
  });
});
