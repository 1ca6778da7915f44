import type { Response } from 'supertest';
import { SessionSweeper } from '../../src/auth/sessions/session-sweeper.js';
import { refreshCookieOf } from '../support/cookies.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser, type TestUser } from '../support/users.js';
import { until } from '../support/wait.js';

describe('sessions', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  const login = async (user: TestUser, userAgent = 'curl/8.0') =>
    server.http
      .post('/api/v1/auth/login')
      .set('User-Agent', userAgent)
      .send({ email: user.email, password: user.password })
      .expect(200);
  const refresh = (cookie: string) => server.http.post('/api/v1/auth/refresh').set('Cookie', cookie);
  const profile = (token: string) => server.http.get('/api/v1/profile').auth(token, { type: 'bearer' });
  const list = async (token: string) =>
    (await server.http.get('/api/v1/auth/sessions').auth(token, { type: 'bearer' }).expect(200)).body;
  const end = (token: string, id: string) =>
    server.http.delete(`/api/v1/auth/sessions/${id}`).auth(token, { type: 'bearer' });
  const sql = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
  const cookieOf = (response: Response) => refreshCookieOf(response).pair;
  const sessionOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid as string;
  /** Makes all that happened to the session's refresh tokens happen `seconds` earlier. */
  const ageTokens = (response: Response, seconds: number) =>
    sql(
      `UPDATE refresh_tokens
          SET issued_at = issued_at - make_interval(secs => $2),
              superseded_at = superseded_at - make_interval(secs => $2)
        WHERE session_id = $1`,
      [sessionOf(response.body.accessToken), seconds],
    );

  describe('POST /auth/refresh', () => {
    let ended: string;

    beforeAll(async () => {
      const gone = await login(await registerUser(server));
      await end(gone.body.accessToken, sessionOf(gone.body.accessToken)).expect(204);
      ended = cookieOf(gone);
    });

    const many = (cookie: (index: number) => string) =>
      Array.from({ length: 100 }, (_, index) => cookie(index)).join('; ');

    it('gives a new access token and another cookie, which works in turn', async () => {
      const user = await registerUser(server);
      const first = await login(user);
      const second = await refresh(cookieOf(first)).expect(200);
      expect(second.body).toEqual({
        user: expect.objectContaining({ id: user.id }),
        accessToken: expect.any(String),
        expiresIn: 600,
      });
      expect(second.headers['cache-control']).toBe('no-store');
      expect(cookieOf(second)).not.toBe(cookieOf(first));
      await profile(second.body.accessToken).expect(200);
      const third = await refresh(cookieOf(second)).expect(200);
      expect(sessionOf(third.body.accessToken)).toBe(sessionOf(first.body.accessToken));
    });

    it('prolongs the session', async () => {
      const first = await login(await registerUser(server));
      const id = sessionOf(first.body.accessToken);
      await sql(`UPDATE sessions SET expires_at = now() + interval '1 minute' WHERE id = $1`, [id]);
      await refresh(cookieOf(first)).expect(200);
      const { rows } = await sql(
        `SELECT expires_at > now() + interval '29 days' AS prolonged FROM sessions WHERE id = $1`,
        [id],
      );
      expect(rows[0].prolonged).toBe(true);
    });

    it('goes on after a lost answer, however late and however often', async () => {
      const first = await login(await registerUser(server));
      for (let loss = 0; loss < 3; loss++) {
        await refresh(cookieOf(first)).expect(200);
        await ageTokens(first, 11);
      }
      const found = await refresh(cookieOf(first)).expect(200);
      await profile(found.body.accessToken).expect(200);
      const next = await refresh(cookieOf(found)).expect(200);
      await refresh(cookieOf(next)).expect(200);
    });

    it('prolongs the session for a client whose answers are lost', async () => {
      const first = await login(await registerUser(server));
      await refresh(cookieOf(first)).expect(200);
      await ageTokens(first, 11);
      const id = sessionOf(first.body.accessToken);
      await sql(`UPDATE sessions SET expires_at = now() + interval '1 minute' WHERE id = $1`, [id]);
      await refresh(cookieOf(first)).expect(200);
      const { rows } = await sql(
        `SELECT expires_at > now() + interval '29 days' AS prolonged FROM sessions WHERE id = $1`,
        [id],
      );
      expect(rows[0].prolonged).toBe(true);
    });

    it('gives the second of two tabs an access token and no cookie', async () => {
      const first = await login(await registerUser(server));
      const [winner, second] = [
        await refresh(cookieOf(first)).expect(200),
        await refresh(cookieOf(first)).expect(200),
      ];
      for (const tab of [winner, second]) await profile(tab.body.accessToken).expect(200);
      expect(second.headers['set-cookie']).toBeUndefined();
      const next = await refresh(cookieOf(winner)).expect(200);
      // A third tab, slower still: the successor has been used a moment ago.
      const third = await refresh(cookieOf(first)).expect(200);
      await profile(third.body.accessToken).expect(200);
      expect(third.headers['set-cookie']).toBeUndefined();
      await refresh(cookieOf(next)).expect(200);
    });

    it('ends the family when a token comes back some time after its successor was used', async () => {
      const user = await registerUser(server);
      const bystander = await login(user);
      const first = await login(user);
      const second = await refresh(cookieOf(first)).expect(200);
      const third = await refresh(cookieOf(second)).expect(200);
      await ageTokens(first, 11);
      const reused = await refresh(cookieOf(first)).expect(401);
      expect(reused.body.code).toBe('SESSION_ENDED');
      // Thief or owner, whoever holds the newest is out as well, access token and all.
      expect((await refresh(cookieOf(third)).expect(401)).body.code).toBe('INVALID_REFRESH_TOKEN');
      expect((await profile(third.body.accessToken).expect(401)).body.code).toBe('SESSION_ENDED');
      // The user's other sessions are other families.
      await profile(bystander.body.accessToken).expect(200);
      await refresh(cookieOf(bystander)).expect(200);
    });

    it('ends the family when one three exchanges old comes back, however soon', async () => {
      const first = await login(await registerUser(server));
      const second = await refresh(cookieOf(first)).expect(200);
      const third = await refresh(cookieOf(second)).expect(200);
      const fourth = await refresh(cookieOf(third)).expect(200);
      expect((await refresh(cookieOf(first)).expect(401)).body.code).toBe('SESSION_ENDED');
      await profile(fourth.body.accessToken).expect(401);
    });

    it('finds out the thief of an old cookie as soon as both have refreshed', async () => {
      for (const thiefIsFirst of [false, true]) {
        const first = await login(await registerUser(server));
        const owner = await refresh(cookieOf(first)).expect(200);
        await ageTokens(first, 11);
        const thief = await refresh(cookieOf(first)).expect(200);
        const [earlier, later] = thiefIsFirst ? [thief, owner] : [owner, thief];
        const next = await refresh(cookieOf(earlier)).expect(200);
        await ageTokens(first, 11);
        expect((await refresh(cookieOf(later)).expect(401)).body.code).toBe('SESSION_ENDED');
        await profile(next.body.accessToken).expect(401);
      }
    });

    it('bounds the successors of one token, and still gives access tokens', async () => {
      const first = await login(await registerUser(server));
      for (let loss = 0; loss < 20; loss++) {
        const { headers } = await refresh(cookieOf(first)).expect(200);
        expect(headers['set-cookie']).toBeDefined();
        await ageTokens(first, 11);
      }
      const beyond = await refresh(cookieOf(first)).expect(200);
      expect(beyond.headers['set-cookie']).toBeUndefined();
      await profile(beyond.body.accessToken).expect(200);
    });

    it('does not prolong a session beyond its life in all', async () => {
      const first = await login(await registerUser(server));
      const id = sessionOf(first.body.accessToken);
      const daysLeft = async () =>
        (
          await sql(
            `SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS days FROM sessions WHERE id = $1`,
            [id],
          )
        ).rows[0].days as number;
      await sql(`UPDATE sessions SET created_at = now() - interval '175 days' WHERE id = $1`, [id]);
      const second = await refresh(cookieOf(first)).expect(200);
      expect(await daysLeft()).toBe(5);
      await sql(`UPDATE sessions SET created_at = now() - interval '181 days' WHERE id = $1`, [id]);
      const last = await refresh(cookieOf(second)).expect(200);
      expect((await refresh(cookieOf(last)).expect(401)).body.code).toBe('INVALID_REFRESH_TOKEN');
    });

    it.each([
      ['no cookie', ''],
      ['an empty cookie', 'swiftdrop_refresh='],
      ['a cookie of another make', `swiftdrop_refresh=${"'; DROP TABLE users; --"}`],
      ['an unknown token', `swiftdrop_refresh=${'A'.repeat(43)}`],
      ['a long one', `swiftdrop_refresh=${'A'.repeat(4000)}`],
    ])('refuses %s', async (_, cookie) => {
      const { body, headers } = await refresh(cookie).expect(401);
      expect(body.code).toBe('INVALID_REFRESH_TOKEN');
      expect(headers['set-cookie']).toBeUndefined();
    });

    it.each([
      ['junk', () => 'swiftdrop_refresh=junk'],
      ['an unknown token', () => `swiftdrop_refresh=${'A'.repeat(43)}`],
      [
        'a hundred unknown tokens',
        () => many((index) => `swiftdrop_refresh=${String(index).padStart(43, 'A')}`),
      ],
      ['the token of a session that ended', () => ended],
    ])('finds the cookie beside %s of the same name, before it and after it', async (_, junk) => {
      for (const junkIsFirst of [true, false]) {
        const first = await login(await registerUser(server));
        const cookies = [junk(), cookieOf(first)];
        const header = (junkIsFirst ? cookies : cookies.reverse()).join('; ');
        const { body } = await refresh(header).expect(200);
        expect(sessionOf(body.accessToken)).toBe(sessionOf(first.body.accessToken));
      }
    });

    it('refuses when the session has expired', async () => {
      const first = await login(await registerUser(server));
      await sql('UPDATE sessions SET expires_at = now() WHERE id = $1', [sessionOf(first.body.accessToken)]);
      expect((await refresh(cookieOf(first)).expect(401)).body.code).toBe('INVALID_REFRESH_TOKEN');
    });

    it('refuses when the account is deactivated', async () => {
      const user = await registerUser(server);
      const first = await login(user);
      await sql('UPDATE users SET active = false WHERE id = $1', [user.id]);
      expect((await refresh(cookieOf(first)).expect(401)).body.code).toBe('INVALID_REFRESH_TOKEN');
    });
  });

  describe('GET /auth/sessions', () => {
    it("lists one's open sessions, last used first", async () => {
      const user = await registerUser(server);
      const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
      const { body } = await login(user, firefox);
      const { data, nextCursor } = await list(body.accessToken);
      expect(nextCursor).toBeNull();
      expect(data).toHaveLength(2);
      expect(data[0]).toEqual({
        id: sessionOf(body.accessToken),
        device: 'Firefox on Linux',
        current: true,
        createdAt: expect.stringMatching(/Z$/),
        lastUsedAt: expect.stringMatching(/Z$/),
        expiresAt: expect.stringMatching(/Z$/),
      });
      expect(data[1]).toMatchObject({ id: sessionOf(user.token), current: false });
    });

    it('leaves out those that ended or expired', async () => {
      const user = await registerUser(server);
      const [ended, expired] = [await login(user), await login(user)];
      await end(user.token, sessionOf(ended.body.accessToken)).expect(204);
      await sql('UPDATE sessions SET expires_at = now() WHERE id = $1', [
        sessionOf(expired.body.accessToken),
      ]);
      const { data } = await list(user.token);
      expect(data.map(({ id }: { id: string }) => id)).toEqual([sessionOf(user.token)]);
    });

    it('needs a token', async () => {
      await server.http.get('/api/v1/auth/sessions').expect(401);
    });
  });

  describe('DELETE /auth/sessions/{id}', () => {
    it('ends another session of the user, and only that', async () => {
      const user = await registerUser(server);
      const other = await login(user);
      await end(user.token, sessionOf(other.body.accessToken)).expect(204);
      expect((await profile(other.body.accessToken).expect(401)).body.code).toBe('SESSION_ENDED');
      await refresh(cookieOf(other)).expect(401);
      await profile(user.token).expect(200);
    });

    it('ends the current one like a logout', async () => {
      const { body } = await login(await registerUser(server));
      const response = await end(body.accessToken, sessionOf(body.accessToken)).expect(204);
      expect(cookieOf(response)).toBe('swiftdrop_refresh=');
      await profile(body.accessToken).expect(401);
    });

    it("refuses another user's, an ended and an unknown one alike", async () => {
      const [user, stranger] = [await registerUser(server), await registerUser(server)];
      const ended = sessionOf((await login(user)).body.accessToken);
      await end(user.token, ended).expect(204);
      for (const id of [sessionOf(stranger.token), ended, '0193a1c2-7d3e-7000-8000-000000000000']) {
        const { body } = await end(user.token, id).expect(404);
        expect(body.code).toBe('SESSION_NOT_FOUND');
      }
      await profile(stranger.token).expect(200);
    });

    it('refuses an id that is none', async () => {
      const user = await registerUser(server);
      expect((await end(user.token, 'mine').expect(400)).body.code).toBe('INVALID_ID');
    });

    it('needs a token', async () => {
      const user = await registerUser(server);
      await server.http.delete(`/api/v1/auth/sessions/${sessionOf(user.token)}`).expect(401);
      await profile(user.token).expect(200);
    });
  });

  describe('POST /auth/logout', () => {
    const logout = () => server.http.post('/api/v1/auth/logout');

    it('ends the session: neither token works any more', async () => {
      const user = await registerUser(server);
      const first = await login(user);
      const response = await logout().auth(first.body.accessToken, { type: 'bearer' }).expect(204);
      expect(cookieOf(response)).toBe('swiftdrop_refresh=');
      expect((await profile(first.body.accessToken).expect(401)).body.code).toBe('SESSION_ENDED');
      await refresh(cookieOf(first)).expect(401);
      await profile(user.token).expect(200);
    });

    it('finds the session by the cookie when the access token has expired', async () => {
      const first = await login(await registerUser(server));
      await logout().set('Cookie', cookieOf(first)).expect(204);
      await refresh(cookieOf(first)).expect(401);
      await profile(first.body.accessToken).expect(401);
    });

    it('needs one or the other, and clears the cookie all the same', async () => {
      for (const request of [logout(), logout().auth('nonsense', { type: 'bearer' })]) {
        const response = await request.expect(401);
        expect(response.body.code).toBe('UNAUTHENTICATED');
        expect(cookieOf(response)).toBe('swiftdrop_refresh=');
      }
    });

    it('ends the session of the cookie too when the access token is from another one', async () => {
      const [ada, bo] = [await login(await registerUser(server)), await login(await registerUser(server))];
      await logout().auth(ada.body.accessToken, { type: 'bearer' }).set('Cookie', cookieOf(bo)).expect(204);
      for (const { body } of [ada, bo]) await profile(body.accessToken).expect(401);
    });
  });

  describe('a request that another site made the browser send', () => {
    const FOREIGN = 'https://evil.example';
    const OWN = 'https://shop.example';
    let allowing: TestApp;

    beforeAll(async () => {
      allowing = await startTestApp({ ALLOWED_ORIGINS: OWN }, server.database);
    });
    afterAll(() => allowing.close());

    const send = (path: string, cookie: string, site: string | undefined, origin: string) => {
      const request = allowing.http.post(`/api/v1/auth/${path}`).set('Cookie', cookie).set('Origin', origin);
      return site === undefined ? request : request.set('Sec-Fetch-Site', site);
    };

    it.each(['cross-site', 'same-site', 'unheard-of'])(
      'refreshes and logs out nobody when it is %s',
      async (site) => {
        const first = await login(await registerUser(server));
        for (const path of ['refresh', 'logout']) {
          const { body, headers } = await send(path, cookieOf(first), site, FOREIGN).expect(403);
          expect(body.code).toBe('CROSS_SITE_REQUEST');
          expect(headers['set-cookie']).toBeUndefined();
        }
        await refresh(cookieOf(first)).expect(200);
      },
    );

    it.each([
      ['same-origin', FOREIGN],
      ['none', FOREIGN],
      [undefined, FOREIGN],
      ['cross-site', OWN],
    ])('is told from one that is %s, from %s', async (site, origin) => {
      const first = await login(await registerUser(server));
      const second = await send('refresh', cookieOf(first), site, origin).expect(200);
      await send('logout', cookieOf(second), site, origin).expect(204);
      await refresh(cookieOf(second)).expect(401);
    });
  });

  it('keeps twenty sessions a user, and ends the longest unused', async () => {
    const user = await registerUser(server);
    for (let device = 0; device < 20; device++) await login(user);
    const { data } = await list((await login(user)).body.accessToken);
    expect(data).toHaveLength(20);
    await until(async () => (await profile(user.token)).status === 401, 1_000);
  });

  it('sweeps away what ended or expired over a day ago, tokens and all, and nothing else', async () => {
    const user = await registerUser(server);
    const [expired, ended, fresh] = [await login(user), await login(user), await login(user)].map(
      ({ body }) => sessionOf(body.accessToken),
    );
    await end(user.token, ended as string).expect(204);
    await sql(`UPDATE sessions SET expires_at = expires_at - interval '32 days' WHERE id = $1`, [expired]);
    await sql(`UPDATE sessions SET expires_at = expires_at - interval '25 hours' WHERE id = $1`, [ended]);
    await server.app.get(SessionSweeper).sweep();
    const { rows } = await sql('SELECT DISTINCT session_id FROM refresh_tokens WHERE session_id = ANY($1)', [
      [expired, ended, fresh],
    ]);
    expect(rows).toEqual([{ session_id: fresh }]);
  });
});
