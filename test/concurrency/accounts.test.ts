import { AccessTokens } from '../../src/auth/tokens/access-tokens.js';
import { AuthService } from '../../src/auth/auth.service.js';
import { GuessBrake } from '../../src/platform/limits/index.js';
import { SecurityEvents, UserAdministration, type User } from '../../src/auth/index.js';
import { PasswordHasher } from '../../src/auth/users/password-hasher.js';
import { RevocationRepository } from '../../src/auth/tokens/revocation.repository.js';
import { Revocations } from '../../src/auth/tokens/revocations.js';
import type { Session } from '../../src/auth/sessions/session.entity.js';
import { SessionRepository } from '../../src/auth/sessions/session.repository.js';
import { SessionsService } from '../../src/auth/sessions/sessions.service.js';
import { UserRepository } from '../../src/auth/users/user.repository.js';
import { Settings } from '../../src/platform/config/index.js';
import { Database, type Transaction } from '../../src/platform/database/index.js';
import { IdempotencyService } from '../../src/platform/idempotency/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, createAdmin, TEST_PASSWORD, type TestUser } from '../support/users.js';
import { until } from '../support/wait.js';

const CLIENT = { address: '127.0.0.1', device: 'test' };

/**
 * Goal: whatever happens at once, an active admin remains, no session outlives the deactivation or the
 * password that should have ended it, an email has one account, and tabs that refresh together stay in.
 * Method: the acts race on a real database. Where the order matters it is forced: one transaction stops
 * between looking and acting until the other has finished or waits for its lock. The negative controls run
 * the same races with a repository that does not lock, and must show the damage.
 */
describe('accounts under concurrency', () => {
  let server: TestApp;
  let database: Database;
  let users: UserRepository;

  beforeAll(async () => {
    server = await startTestApp();
    database = server.app.get(Database);
    users = server.app.get(UserRepository);
  });
  afterAll(() => server.close());

  const rows = async (text: string, values: unknown[] = []) =>
    (await server.database.pool.query(text, values)).rows;
  const openSessions = async (user: TestUser) =>
    (await rows('SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL', [user.id])).length;
  const status = async (token: string) =>
    (await server.http.get('/api/v1/profile').auth(token, { type: 'bearer' })).status;
  const blocked = async () =>
    (
      await rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
    ).length > 0;

  /** Waits until `act` is over or waits for a lock that somebody holds. */
  const finishedOrBlocked = async (act: Promise<unknown>) => {
    let finished = false;
    void act.then(
      () => (finished = true),
      () => (finished = true),
    );
    await until(async () => finished || (await blocked()), 5_000);
  };

  /** Looks without locking. */
  class UnlockedUsers extends UserRepository {
    override async lock(_: Transaction, id: string): Promise<User | undefined> {
      return this.find(id);
    }
  }

  describe('two admins who deactivate each other', () => {
    const deactivateEachOther = async (administration: UserAdministration) => {
      await rows(`UPDATE users SET active = false WHERE role = 'admin'`);
      const [one, two] = (await bulkUsers(server, 2, 'admin')) as [TestUser, TestUser];
      const outcomes = await Promise.allSettled([
        database.transaction((tx) => administration.deactivate(tx, one.id, two.id)),
        database.transaction((tx) => administration.deactivate(tx, two.id, one.id)),
      ]);
      return {
        active: (await rows(`SELECT id FROM users WHERE role = 'admin' AND active`)).length,
        refusals: outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
        ),
      };
    };

    it('leave one', async () => {
      const administration = server.app.get(UserAdministration);
      for (let round = 0; round < 20; round++)
        expect(await deactivateEachOther(administration)).toEqual({ active: 1, refusals: ['LAST_ADMIN'] });
    });

    it('leave none if nobody locks (negative control)', async () => {
      let looked = 0;
      class UnlockedAdmins extends UserRepository {
        override async lockInOrder(): Promise<User[]> {
          const admins: User[] = await database.reader.query(
            `SELECT id, role, active FROM users WHERE role = 'admin' AND active`,
          );
          looked++;
          await until(() => looked === 2, 5_000);
          return admins;
        }
      }
      const unlocked = new UserAdministration(
        new UnlockedAdmins(database),
        server.app.get(SessionsService),
        server.app.get(PasswordHasher),
      );
      expect(await deactivateEachOther(unlocked)).toEqual({ active: 0, refusals: [] });
    });
  });

  describe('a login that is under way', () => {
    /** Logs in, and lets `act` run once the login has looked at the account for the last time. */
    const loginDuring = async (
      user: TestUser,
      act: () => Promise<unknown>,
      repository: new (database: Database) => UserRepository,
    ) => {
      let acting: Promise<unknown> | undefined;
      class Interrupted extends repository {
        override async lock(transaction: Transaction, id: string) {
          const found = await super.lock(transaction, id);
          acting = act();
          await finishedOrBlocked(acting);
          return found;
        }
      }
      const auth = new AuthService(
        database,
        new Interrupted(database),
        server.app.get(SessionsService),
        server.app.get(PasswordHasher),
        server.app.get(Revocations),
        server.app.get(IdempotencyService),
        server.app.get(GuessBrake),
        server.app.get(SecurityEvents),
      );
      const { accessToken } = await auth.login(user, CLIENT, undefined);
      await acting;
      return accessToken;
    };
    const deactivation = async () => {
      const admin = await createAdmin(server);
      const [user] = (await bulkUsers(server, 1)) as [TestUser];
      const act = () =>
        database.transaction((tx) => server.app.get(UserAdministration).deactivate(tx, user.id, admin.id));
      return { user, act };
    };
    const passwordChange = async () => {
      const [user] = (await bulkUsers(server, 1)) as [TestUser];
      const act = async () =>
        server.http
          .put('/api/v1/auth/password')
          .auth(user.token, { type: 'bearer' })
          .send({ currentPassword: TEST_PASSWORD, newPassword: 'another horse' })
          .expect(204);
      return { user, act };
    };

    it('is ended by a deactivation', async () => {
      const { user, act } = await deactivation();
      const token = await loginDuring(user, act, UserRepository);
      expect(await openSessions(user)).toBe(0);
      await until(async () => (await status(token)) === 401, 1_000);
    });

    it('is ended by a password change, which leaves its own session', async () => {
      const { user, act } = await passwordChange();
      const token = await loginDuring(user, act, UserRepository);
      expect(await openSessions(user)).toBe(1);
      expect(await status(user.token)).toBe(200);
      await until(async () => (await status(token)) === 401, 1_000);
    });

    it('outlives both if it does not lock (negative control)', async () => {
      const { user: gone, act: deactivate } = await deactivation();
      await loginDuring(gone, deactivate, UnlockedUsers);
      expect(await openSessions(gone)).toBe(1);
      const { user, act: change } = await passwordChange();
      await loginDuring(user, change, UnlockedUsers);
      expect(await openSessions(user)).toBe(2);
    });

    it('is refused if the account changed between the look at the password and the lock', async () => {
      for (const change of ['active = false', `password_hash = 'other'`]) {
        const [user] = (await bulkUsers(server, 1)) as [TestUser];
        const holder = await server.database.pool.connect();
        try {
          await holder.query('BEGIN');
          await holder.query(`UPDATE users SET ${change} WHERE id = $1`, [user.id]);
          const login = server.http
            .post('/api/v1/auth/login')
            .send({ email: user.email, password: user.password })
            .then((response) => response);
          await until(blocked, 5_000);
          await holder.query('COMMIT');
          expect((await login).body.code).toBe('INVALID_CREDENTIALS');
          expect(await openSessions(user)).toBe(1);
        } finally {
          holder.release();
        }
      }
    });
  });

  it('gives an email that ten register at once to one of them', async () => {
    const body = { email: 'wanted@example.org', password: TEST_PASSWORD, displayName: 'Ada' };
    const statuses = await Promise.all(
      Array.from(
        { length: 10 },
        async () => (await server.http.post('/api/v1/auth/register').send(body)).status,
      ),
    );
    expect(statuses.sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });

  describe('tabs that refresh at once with one cookie', () => {
    /** All of them hold a connection at the same time, so fewer than DATABASE_POOL_SIZE. */
    const TABS = 5;

    const refreshTogether = async (sessions: SessionsService) => {
      const [user] = (await bulkUsers(server, 1)) as [TestUser];
      const { refreshToken } = await database.transaction(async (tx) =>
        server.app.get(SessionsService).open(tx, (await users.lock(tx, user.id)) as User, 'test'),
      );
      const tabs = await Promise.all(
        Array.from({ length: TABS }, () => sessions.refresh([refreshToken as string], CLIENT)),
      );
      const [session] = await rows(
        'SELECT refresh_generation FROM sessions WHERE user_id = $1 AND refresh_generation > 1',
        [user.id],
      );
      expect(session).toEqual({ refresh_generation: 2 });
      for (const { accessToken } of tabs) expect(await status(accessToken)).toBe(200);
      return tabs.flatMap((tab) => tab.refreshToken ?? []);
    };

    it('are one step of the family: all get access, one gets the successor', async () => {
      const successors = await refreshTogether(server.app.get(SessionsService));
      expect(successors).toHaveLength(1);
      await server.app.get(SessionsService).refresh(successors, CLIENT);
    });

    it('get a successor each if nobody locks (negative control)', async () => {
      let looked = 0;
      class UnlockedSessions extends SessionRepository {
        override async lockOpen(_: Transaction, id: string): Promise<Session | undefined> {
          const [session] = await database.reader.query<Session[]>(
            `SELECT id, refresh_generation AS "refreshGeneration" FROM sessions WHERE id = $1`,
            [id],
          );
          looked++;
          await until(() => looked === TABS, 5_000);
          return session;
        }
      }
      const unlocked = new SessionsService(
        database,
        new UnlockedUsers(database),
        new UnlockedSessions(database),
        server.app.get(RevocationRepository),
        server.app.get(Revocations),
        server.app.get(AccessTokens),
        server.app.get(SecurityEvents),
        server.app.get(Settings),
      );
      expect((await refreshTogether(unlocked)).length).toBeGreaterThan(1);
    });
  });

  it('keeps the bound on sessions when forty logins of one user race', async () => {
    const [user] = (await bulkUsers(server, 1)) as [TestUser];
    const found = await users.find(user.id);
    await Promise.all(
      Array.from({ length: 40 }, () =>
        database.transaction(async (tx) => {
          const locked = await users.lock(tx, (found as User).id);
          return server.app.get(SessionsService).open(tx, locked as User, 'test');
        }),
      ),
    );
    expect(await openSessions(user)).toBe(20);
  });
});
