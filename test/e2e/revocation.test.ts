import type { Response } from 'supertest';
import { UserAdministration } from '../../src/auth/index.js';
import { Database } from '../../src/platform/database/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, TEST_PASSWORD, type TestUser } from '../support/users.js';
import { until } from '../support/wait.js';

/**
 * Goal: what ends a token on one instance ends it on every other within a second, and an instance that
 * cannot learn of it believes no token.
 * Method: two instances on one database; the act goes to the first, the token to the second.
 */
describe('revocation across instances', () => {
  let here: TestApp;
  let there: TestApp;

  beforeAll(async () => {
    here = await startTestApp();
    there = await startTestApp({}, here.database);
  });
  afterAll(async () => {
    await there.close();
    await here.close();
  });

  const ask = (server: TestApp, token: string): Promise<Response> =>
    server.http
      .get('/api/v1/profile')
      .auth(token, { type: 'bearer' })
      .then((response) => response);
  const refusedThere = (token: string) =>
    until(async () => (await ask(there, token)).body.code === 'SESSION_ENDED', 1_000);
  const knownToBoth = async (user: TestUser) => {
    for (const server of [here, there]) expect((await ask(server, user.token)).status).toBe(200);
    return user;
  };
  const inTransaction = (act: (users: UserAdministration) => (tx: never) => Promise<void>) =>
    here.app.get(Database).transaction((tx) => act(here.app.get(UserAdministration))(tx as never));

  it('logout', async () => {
    const user = await knownToBoth(await registerUser(here));
    await here.http.post('/api/v1/auth/logout').auth(user.token, { type: 'bearer' }).expect(204);
    expect((await ask(here, user.token)).status).toBe(401);
    await refusedThere(user.token);
  });

  it('a password change, for all but the session that asked', async () => {
    const user = await knownToBoth(await registerUser(here));
    const credentials = { email: user.email, password: user.password };
    const { body } = await there.http.post('/api/v1/auth/login').send(credentials).expect(200);
    await here.http
      .put('/api/v1/auth/password')
      .auth(user.token, { type: 'bearer' })
      .send({ currentPassword: user.password, newPassword: 'another horse' })
      .expect(204);
    await refusedThere(body.accessToken);
    await knownToBoth(user);
  });

  it('deactivation; and activation brings no old token back', async () => {
    const admin = await createAdmin(here);
    const user = await knownToBoth(await registerUser(here));
    await inTransaction((users) => (tx) => users.deactivate(tx, user.id, admin.id));
    await refusedThere(user.token);
    await until(async () => (await ask(here, user.token)).status === 401, 1_000);
    const credentials = { email: user.email, password: TEST_PASSWORD };
    await there.http.post('/api/v1/auth/login').send(credentials).expect(401);

    await inTransaction((users) => (tx) => users.activate(tx, user.id));
    const { body } = await there.http.post('/api/v1/auth/login').send(credentials).expect(200);
    for (const server of [here, there]) {
      expect((await ask(server, body.accessToken)).status).toBe(200);
      expect((await ask(server, user.token)).status).toBe(401);
    }
  });

  it('an instance that starts later knows what was revoked before', async () => {
    const user = await registerUser(here);
    await here.http.post('/api/v1/auth/logout').auth(user.token, { type: 'bearer' }).expect(204);
    const late = await startTestApp({}, here.database);
    try {
      expect((await ask(late, user.token)).body.code).toBe('SESSION_ENDED');
    } finally {
      await late.close();
    }
  });

  it('a transaction that commits long after its row was written is not overlooked', async () => {
    const user = await knownToBoth(await registerUser(here));
    const { sid } = JSON.parse(Buffer.from(user.token.split('.')[1] ?? '', 'base64url').toString());
    const slow = await here.database.pool.connect();
    try {
      await slow.query('BEGIN');
      await slow.query('INSERT INTO revocations (id, session_id) VALUES (gen_random_uuid(), $1)', [sid]);
      // Meanwhile others revoke, and every instance reads past the time of the slow one's row.
      const other = await knownToBoth(await registerUser(here));
      await here.http.post('/api/v1/auth/logout').auth(other.token, { type: 'bearer' }).expect(204);
      await refusedThere(other.token);
      await knownToBoth(user);
      await slow.query('COMMIT');
    } finally {
      slow.release();
    }
    await refusedThere(user.token);
  });

  it('believes no token when it has not been able to read for five seconds, and recovers', async () => {
    const user = await knownToBoth(await registerUser(here));
    await here.database.pool.query('ALTER TABLE revocations RENAME TO revocations_away');
    const waited = await until(async () => (await ask(there, user.token)).status === 503, 8_000);
    expect(waited).toBeGreaterThan(3_500);
    const refused = await ask(there, user.token);
    expect(refused.body.code).toBe('AUTH_UNAVAILABLE');
    expect(refused.headers['retry-after']).toBe('1');
    // What needs no token goes on.
    await there.http.get('/health/live').auth(user.token, { type: 'bearer' }).expect(200);

    await here.database.pool.query('ALTER TABLE revocations_away RENAME TO revocations');
    await until(async () => (await ask(there, user.token)).status === 200, 2_000);
  });
});
