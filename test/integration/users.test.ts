import { newId } from '../../src/platform/values/index.js';
import { type Page } from '../../src/platform/http/index.js';
import { UserAdministration, UserDirectory, type UserResponse } from '../../src/auth/index.js';
import { Database } from '../../src/platform/database/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, registerUser, TEST_PASSWORD, type TestUser } from '../support/users.js';

describe('users', () => {
  let server: TestApp;
  let administration: UserAdministration;
  let database: Database;

  beforeEach(async () => {
    server = await startTestApp();
    administration = server.app.get(UserAdministration);
    database = server.app.get(Database);
  });
  afterEach(() => server.close());

  const refusal = (act: Promise<unknown>) =>
    act.then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
  const isActive = async ({ id }: { id: string }) =>
    (await server.database.pool.query('SELECT active FROM users WHERE id = $1', [id])).rows[0].active;
  const ids = (page: Page<UserResponse>) => page.data.map(({ id }) => id);

  it('are listed newest first, page by page', async () => {
    const made = (await bulkUsers(server, 5)).map(({ id }) => id).reverse();
    const first = await administration.list({ limit: 3 });
    const second = await administration.list({ limit: 3, cursor: first.nextCursor as string });
    expect([...ids(first), ...ids(second)]).toEqual(made);
    expect(second.nextCursor).toBeNull();
    expect(Object.keys(first.data[0] as object).sort()).toEqual(
      ['active', 'createdAt', 'displayName', 'email', 'id', 'role'].sort(),
    );
  });

  it('are found by part of name or email, in whatever letters, and wildcards are letters', async () => {
    const ada = await registerUser(server, 'Ada 100%_sure');
    await registerUser(server, 'Grace');
    for (const search of ['ADA', '100%', '%_s', ada.email.slice(5, 30).toUpperCase()])
      expect(ids(await administration.list({ search, limit: 10 }))).toEqual([ada.id]);
    for (const search of ['1_0', 'a%e', '\\', "'"])
      expect(ids(await administration.list({ search, limit: 10 }))).toEqual([]);
  });

  it('refuse a cursor of another make', async () => {
    for (const cursor of ['x', Buffer.from('["1; DROP"]').toString('base64url')])
      expect(await refusal(administration.list({ limit: 1, cursor }))).toBe('INVALID_CURSOR');
  });

  it('are named in one go, the deactivated too', async () => {
    const [ada, grace] = [await registerUser(server, 'Ada'), await registerUser(server, 'Grace')];
    await server.database.pool.query('UPDATE users SET active = false WHERE id = $1', [grace.id]);
    const names = await server.app.get(UserDirectory).displayNames([ada.id, grace.id, ada.id, newId()]);
    expect([...names].sort()).toEqual(
      [
        [ada.id, 'Ada'],
        [grace.id, 'Grace'],
      ].sort(),
    );
  });

  describe('deactivation', () => {
    let admin: TestUser;
    let shopper: TestUser;

    beforeEach(async () => {
      [admin] = (await bulkUsers(server, 1, 'admin')) as [TestUser];
      [shopper] = (await bulkUsers(server, 1)) as [TestUser];
    });

    const deactivate = (user: { id: string }, actor: { id: string }) =>
      database.transaction((tx) => administration.deactivate(tx, user.id, actor.id));
    const activate = (user: { id: string }) =>
      database.transaction((tx) => administration.activate(tx, user.id));

    it('ends the account until it is activated, and may be repeated', async () => {
      await deactivate(shopper, admin);
      await deactivate(shopper, admin);
      expect(await isActive(shopper)).toBe(false);
      await activate(shopper);
      await activate(shopper);
      expect(await isActive(shopper)).toBe(true);
    });

    it('refuses an unknown user', async () => {
      const nobody = { id: newId() };
      expect(await refusal(deactivate(nobody, admin))).toBe('USER_NOT_FOUND');
      expect(await refusal(activate(nobody))).toBe('USER_NOT_FOUND');
    });

    it('refuses the last active admin, oneself included, however many inactive ones there are', async () => {
      const [other] = (await bulkUsers(server, 1, 'admin')) as [TestUser];
      await deactivate(other, admin);
      expect(await refusal(deactivate(admin, admin))).toBe('LAST_ADMIN');
      expect(await isActive(admin)).toBe(true);
      await activate(other);
      await deactivate(admin, admin);
      expect(await isActive(admin)).toBe(false);
    });

    it('refuses an actor who was deactivated a moment ago', async () => {
      const [other] = (await bulkUsers(server, 1, 'admin')) as [TestUser];
      await deactivate(other, admin);
      expect(await refusal(deactivate(shopper, other))).toBe('FORBIDDEN');
      expect(await isActive(shopper)).toBe(true);
    });

    it('undoes all of it when the transaction fails', async () => {
      const failing = database.transaction(async (tx) => {
        await administration.deactivate(tx, shopper.id, admin.id);
        throw new Error('the audit trail is full');
      });
      await expect(failing).rejects.toThrow('audit');
      expect(await isActive(shopper)).toBe(true);
      await server.http.get('/api/v1/profile').auth(shopper.token, { type: 'bearer' }).expect(200);
    });
  });

  it('can be made, and an email that is taken leaves the transaction usable', async () => {
    expect(await administration.adminExists()).toBe(false);
    const passwordHash = await administration.hashPassword(TEST_PASSWORD);
    const user = { email: 'Root@Example.org', passwordHash, displayName: 'Root' };
    await database.transaction(async (tx) => {
      await administration.createUser(tx, { ...user, role: 'admin' });
      expect(await refusal(administration.createUser(tx, { ...user, role: 'customer' }))).toBe('EMAIL_TAKEN');
    });
    expect(await administration.adminExists()).toBe(true);
    await server.http
      .post('/api/v1/auth/login')
      .send({ email: 'root@example.org', password: TEST_PASSWORD })
      .expect(200);
  });
});
