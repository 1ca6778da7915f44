import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, createAdmin, registerUser, TEST_PASSWORD } from '../support/users.js';

describe('accounts', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  it('registers, and the token opens the profile', async () => {
    const user = await registerUser(server, 'Ada Lovelace');
    const { body } = await server.http
      .get('/api/v1/profile')
      .auth(user.token, { type: 'bearer' })
      .expect(200);
    expect(body).toEqual({
      id: user.id,
      email: user.email,
      displayName: 'Ada Lovelace',
      role: 'customer',
      active: true,
      createdAt: expect.any(String),
    });
  });

  it('logs in by the same email in other letters', async () => {
    const user = await registerUser(server);
    const { body } = await server.http
      .post('/api/v1/auth/login')
      .send({ email: user.email.toUpperCase(), password: TEST_PASSWORD })
      .expect(200);
    expect(body).toEqual({
      user: expect.objectContaining({ id: user.id }),
      accessToken: expect.any(String),
      expiresIn: 600,
    });
  });

  it('gives the test helpers working accounts', async () => {
    const admin = await createAdmin(server);
    const [shopper] = await bulkUsers(server, 1);
    for (const { token } of [admin, shopper as typeof admin])
      await server.http.get('/api/v1/profile').auth(token, { type: 'bearer' }).expect(200);
    await server.http
      .post('/api/v1/auth/login')
      .send({ email: shopper?.email, password: TEST_PASSWORD })
      .expect(200);
  });
});
