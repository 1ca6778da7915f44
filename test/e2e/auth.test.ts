import { hashSync } from 'bcryptjs';
import { refreshCookieOf } from '../support/cookies.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, TEST_PASSWORD } from '../support/users.js';

describe('accounts', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  const post = (path: string, body: object) => server.http.post(`/api/v1/auth/${path}`).send(body);
  const profile = (token: string) => server.http.get('/api/v1/profile').auth(token, { type: 'bearer' });
  const newAccount = (changes: object = {}) => ({
    email: `new-${Math.random().toString(36).slice(2)}@example.org`,
    password: TEST_PASSWORD,
    displayName: 'Ada',
    ...changes,
  });

  /** 72 bytes. */
  const LONGEST = 'éüöäßñçøåæœ '.repeat(3) + 'éx';

  describe('POST /auth/register', () => {
    it.each(['password', 'PASSWORD1', '12345678', 'aaaaaaaaaaaa', 'abcabcabcabc', 'qwertyuiop'])(
      'refuses the common password %s',
      async (password) => {
        const { body } = await post('register', newAccount({ password })).expect(400);
        expect(body).toMatchObject({ code: 'PASSWORD_TOO_COMMON', errors: [{ field: 'password' }] });
      },
    );

    it('makes a customer who is logged in', async () => {
      const account = newAccount({ displayName: ' Ada Lovelace ' });
      const { body, headers } = await post('register', account).expect(201);
      expect(body).toEqual({
        user: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          email: account.email,
          displayName: 'Ada Lovelace',
          role: 'customer',
          active: true,
          createdAt: expect.stringMatching(/Z$/),
        },
        accessToken: expect.any(String),
        expiresIn: 600,
      });
      expect(headers['cache-control']).toBe('no-store');
      await profile(body.accessToken).expect(200, body.user);
    });

    it('sets the refresh cookie where no script can read it', async () => {
      const { attributes, pair } = refreshCookieOf(await post('register', newAccount()).expect(201));
      expect(pair).toMatch(/^swiftdrop_refresh=[\w-]{43}$/);
      expect(attributes.sort()).toEqual([
        'HttpOnly',
        `Max-Age=${30 * 86_400}`,
        'Path=/api/v1/auth',
        'SameSite=Strict',
      ]);
    });

    it('keeps neither the password nor the refresh token', async () => {
      const account = newAccount();
      const { pair } = refreshCookieOf(await post('register', account).expect(201));
      const { rows } = await server.database.pool.query(
        `SELECT string_agg(users::text, '') || (SELECT string_agg(refresh_tokens::text, '') FROM refresh_tokens) AS text
           FROM users`,
      );
      expect(rows[0].text).toContain(account.email);
      expect(rows[0].text).not.toContain(account.password);
      expect(rows[0].text).not.toContain(pair.split('=')[1]);
    });

    it('refuses an email that is taken, in whatever letters', async () => {
      const account = newAccount();
      await post('register', account).expect(201);
      const again = { ...account, email: account.email.toUpperCase() };
      const { body } = await post('register', again).expect(409);
      expect(body.code).toBe('EMAIL_TAKEN');
    });

    it.each([
      ['no email', { email: undefined }, 'email'],
      ['an email that is none', { email: 'ada' }, 'email'],
      ['an email beyond ASCII', { email: 'İda@example.org' }, 'email'],
      ['an email that is too long', { email: `${'a'.repeat(250)}@example.org` }, 'email'],
      ['an email that is no text', { email: { $ne: null } }, 'email'],
      ['a short password', { password: 'seven77' }, 'password'],
      ['a password with control characters', { password: 'correct\u0000horse' }, 'password'],
      ['a password with half a character', { password: 'correct\ud800horse' }, 'password'],
      ['a password that is no text', { password: 12345678 }, 'password'],
      ['an empty display name', { displayName: '   ' }, 'displayName'],
      ['a display name that is too long', { displayName: 'x'.repeat(61) }, 'displayName'],
      ['a role', { role: 'admin' }, 'role'],
    ])('refuses %s', async (_, changes, field) => {
      const { body } = await post('register', newAccount(changes)).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });

    it('takes a password of 72 bytes, and says why not one of 73', async () => {
      await post('register', newAccount({ password: LONGEST })).expect(201);
      const { body } = await post('register', newAccount({ password: `${LONGEST}x` })).expect(400);
      expect(body.errors).toEqual([
        { field: 'password', message: 'password must have at most 72 bytes in UTF-8' },
      ]);
    });
  });

  describe('POST /auth/login', () => {
    it('logs in by the same email in other letters', async () => {
      const user = await registerUser(server);
      const response = await post('login', { email: user.email.toUpperCase(), password: user.password });
      expect(response.status).toBe(200);
      expect(response.body).toEqual({
        user: expect.objectContaining({ id: user.id }),
        accessToken: expect.any(String),
        expiresIn: 600,
      });
      expect(response.headers['cache-control']).toBe('no-store');
      refreshCookieOf(response);
      await profile(response.body.accessToken).expect(200);
    });

    it('has one answer for unknown email, wrong password and deactivated account', async () => {
      const [known, gone] = [await registerUser(server), await registerUser(server)];
      await server.database.pool.query('UPDATE users SET active = false WHERE id = $1', [gone.id]);
      const answers = await Promise.all(
        [
          { email: 'nobody@example.org', password: TEST_PASSWORD },
          { email: known.email, password: 'not the password' },
          { email: gone.email, password: gone.password },
        ].map((body) => post('login', body).expect(401)),
      );
      for (const { body, headers } of answers) {
        expect(body).toEqual({
          type: '/docs/problems#INVALID_CREDENTIALS',
          title: 'Email or password is wrong.',
          status: 401,
          code: 'INVALID_CREDENTIALS',
          instance: '/api/v1/auth/login',
        });
        expect(headers['set-cookie']).toBeUndefined();
      }
    });

    it('does not take what follows byte 72 for the password', async () => {
      const account = newAccount({ password: LONGEST });
      await post('register', account).expect(201);
      await post('login', { email: account.email, password: account.password }).expect(200);
      const { body } = await post('login', { email: account.email, password: `${account.password}x` });
      expect(body.code).toBe('INVALID_CREDENTIALS');
    });

    it.each([
      ['an unknown field', { remember: true }, 'remember'],
      ['an operator for an email', { email: { $gt: '' } }, 'email'],
      ['an operator for a password', { password: { $gt: '' } }, 'password'],
      ['a password as long as a book', { password: 'x'.repeat(1025) }, 'password'],
    ])('refuses %s', async (_, changes, field) => {
      const { body } = await post('login', { email: 'a@example.org', password: 'x', ...changes }).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });

    it('refuses a list for a body', async () => {
      await post('login', []).expect(400);
    });
  });

  describe('a password with accents', () => {
    const [composed, decomposed] = [
      'crème brûlée café'.normalize('NFC'),
      'crème brûlée café'.normalize('NFD'),
    ];

    it.each([
      ['composed', composed, decomposed],
      ['decomposed', decomposed, composed],
    ])('set %s is accepted typed the other way', async (_, set, typed) => {
      const account = newAccount({ password: set });
      await post('register', account).expect(201);
      for (const password of [set, typed])
        await post('login', { email: account.email, password }).expect(200);
      await post('login', { email: account.email, password: 'creme brulee cafe' }).expect(401);
    });

    it('is accepted both ways where the hash is of what the keyboard sent', async () => {
      const account = newAccount();
      await post('register', account).expect(201);
      await server.database.pool.query('UPDATE users SET password_hash = $2 WHERE email = $1', [
        account.email,
        hashSync(decomposed, 4),
      ]);
      for (const password of [composed, decomposed])
        await post('login', { email: account.email, password }).expect(200);
    });
  });

  it('hashes a password anew at login when the cost has changed', async () => {
    const account = newAccount();
    await post('register', account).expect(201);
    const cost = async () => {
      const { rows } = await server.database.pool.query('SELECT password_hash FROM users WHERE email = $1', [
        account.email,
      ]);
      return (rows[0].password_hash as string).slice(0, 7);
    };
    expect(await cost()).toBe('$2b$04$');
    const dearer = await startTestApp({ PASSWORD_HASH_COST: '5' }, server.database);
    try {
      const login = (password: string) =>
        dearer.http.post('/api/v1/auth/login').send({ email: account.email, password });
      await login('not the password').expect(401);
      expect(await cost()).toBe('$2b$04$');
      await login(account.password).expect(200);
      expect(await cost()).toBe('$2b$05$');
      await login(account.password).expect(200);
    } finally {
      await dearer.close();
    }
  });

  describe('PUT /auth/password', () => {
    it('refuses a common new one', async () => {
      const user = await registerUser(server);
      const { body } = await change(user.token, {
        currentPassword: user.password,
        newPassword: 'iloveyou1',
      }).expect(400);
      expect(body).toMatchObject({ code: 'PASSWORD_TOO_COMMON', errors: [{ field: 'newPassword' }] });
    });

    const change = (token: string, body: object) =>
      server.http.put('/api/v1/auth/password').auth(token, { type: 'bearer' }).send(body);

    it('changes it; the session that asked goes on, all others are over', async () => {
      const user = await registerUser(server);
      const other = await post('login', { email: user.email, password: user.password }).expect(200);
      await change(user.token, { currentPassword: user.password, newPassword: 'another horse' }).expect(204);
      await profile(user.token).expect(200);
      const { body } = await profile(other.body.accessToken).expect(401);
      expect(body.code).toBe('SESSION_ENDED');
      const refreshed = await server.http
        .post('/api/v1/auth/refresh')
        .set('Cookie', refreshCookieOf(other).pair)
        .expect(401);
      expect(refreshed.body.code).toBe('INVALID_REFRESH_TOKEN');
      await post('login', { email: user.email, password: user.password }).expect(401);
      await post('login', { email: user.email, password: 'another horse' }).expect(200);
    });

    it('refuses a wrong current password and changes nothing', async () => {
      const user = await registerUser(server);
      const { body } = await change(user.token, {
        currentPassword: 'not the password',
        newPassword: 'another horse',
      }).expect(403);
      expect(body.code).toBe('WRONG_PASSWORD');
      await post('login', { email: user.email, password: user.password }).expect(200);
    });

    it('refuses a new password that is too short or too long', async () => {
      const user = await registerUser(server);
      for (const newPassword of ['short', 'x'.repeat(73)]) {
        const { body } = await change(user.token, { currentPassword: user.password, newPassword }).expect(
          400,
        );
        expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'newPassword' }] });
      }
    });

    it('needs a token', async () => {
      const { body } = await server.http
        .put('/api/v1/auth/password')
        .send({ currentPassword: TEST_PASSWORD, newPassword: 'another horse' })
        .expect(401);
      expect(body.code).toBe('UNAUTHENTICATED');
    });
  });

  describe('/profile', () => {
    const put = (token: string, body: object) =>
      server.http.put('/api/v1/profile').auth(token, { type: 'bearer' }).send(body);

    it('changes the display name', async () => {
      const user = await registerUser(server);
      const { body } = await put(user.token, { displayName: ' Augusta ' }).expect(200);
      expect(body).toMatchObject({ id: user.id, displayName: 'Augusta' });
      await profile(user.token).expect(200, body);
    });

    it.each([
      ['nothing', {}, 'displayName'],
      ['an empty name', { displayName: ' ' }, 'displayName'],
      ['a name with a bell in it', { displayName: 'A\u0007' }, 'displayName'],
      ['a role', { displayName: 'Ada', role: 'admin' }, 'role'],
      ['an email', { displayName: 'Ada', email: 'other@example.org' }, 'email'],
    ])('refuses %s', async (_, changes, field) => {
      const user = await registerUser(server);
      const { body } = await put(user.token, changes).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });

    it('shows an admin as one', async () => {
      const admin = await createAdmin(server);
      const { body } = await profile(admin.token).expect(200);
      expect(body.role).toBe('admin');
    });

    it('needs a token to read and to change', async () => {
      await server.http.get('/api/v1/profile').expect(401);
      await server.http.put('/api/v1/profile').send({ displayName: 'Eve' }).expect(401);
    });
  });

  describe('where the refresh cookie is Secure', () => {
    let secure: TestApp;

    beforeAll(async () => {
      secure = await startTestApp({ COOKIE_SECURE: 'on' }, server.database);
    });
    afterAll(() => secure.close());

    const register = () => secure.http.post('/api/v1/auth/register').send(newAccount()).expect(201);
    const refresh = (cookie: string) => secure.http.post('/api/v1/auth/refresh').set('Cookie', cookie);

    it('has the prefix that no other host and no other path can use', async () => {
      const { pair, attributes } = refreshCookieOf(await register());
      expect(pair).toMatch(/^__Host-swiftdrop_refresh=[\w-]{43}$/);
      expect(attributes.sort()).toEqual([
        'HttpOnly',
        `Max-Age=${30 * 86_400}`,
        'Path=/',
        'SameSite=Strict',
        'Secure',
      ]);
      await refresh(pair).expect(200);
    });

    it('does not believe a cookie without the prefix, which a neighbour could have set', async () => {
      const { pair } = refreshCookieOf(await register());
      await refresh(pair.replace('__Host-', '')).expect(401);
    });

    it('is cleared under the same name and path', async () => {
      const { pair } = refreshCookieOf(await register());
      const response = await secure.http.post('/api/v1/auth/logout').set('Cookie', pair).expect(204);
      const cleared = refreshCookieOf(response);
      expect(cleared.pair).toBe('__Host-swiftdrop_refresh=');
      expect(cleared.attributes).toEqual(expect.arrayContaining(['Max-Age=0', 'Path=/', 'Secure']));
    });
  });

  it('works as long on an unknown email as on a wrong password', async () => {
    // At this cost the hash outweighs everything else; without equal work the ratio is above twenty.
    const slow = await startTestApp({ PASSWORD_HASH_COST: '9' }, server.database);
    try {
      const known = newAccount();
      await slow.http.post('/api/v1/auth/register').send(known).expect(201);
      const time = async (email: string) => {
        const startedAt = performance.now();
        await slow.http.post('/api/v1/auth/login').send({ email, password: 'not the password' }).expect(401);
        return performance.now() - startedAt;
      };
      const known5: number[] = [];
      const unknown5: number[] = [];
      for (let round = 0; round < 5; round++) {
        known5.push(await time(known.email));
        unknown5.push(await time(`nobody-${round}@example.org`));
      }
      // The least of five is what the work takes when the machine lets it.
      const ratio = Math.min(...known5) / Math.min(...unknown5);
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    } finally {
      await slow.close();
    }
  });
});
