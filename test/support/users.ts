import { randomUUID } from 'node:crypto';
import { AccessTokens } from '../../src/auth/tokens/access-tokens.js';
import { UserAdministration, type Role } from '../../src/auth/index.js';
import { newId } from '../../src/platform/values/index.js';
import { Database } from '../../src/platform/database/index.js';
import type { TestApp } from './test-app.js';

export interface TestUser {
  id: string;
  email: string;
  password: string;
  /** An access token, for `Authorization: Bearer`. */
  token: string;
}

export const TEST_PASSWORD = 'correct horse battery';

/** bcrypt of TEST_PASSWORD at cost 4. */
const TEST_PASSWORD_HASH = '$2b$04$vKRWgRZ30.DzU873rAXVLOIOQheZVq3Q5KqLSKjiOBvAPptamxFNK';

const newEmail = () => `user-${randomUUID()}@example.org`;

/** Registers a customer over HTTP. */
export async function registerUser(server: TestApp, displayName = 'Ada'): Promise<TestUser> {
  const email = newEmail();
  const { body } = await server.http
    .post('/api/v1/auth/register')
    .send({ email, password: TEST_PASSWORD, displayName })
    .expect(201);
  return { id: body.user.id, email, password: TEST_PASSWORD, token: body.accessToken };
}

/** Makes an admin as the start of the application does, and logs in over HTTP. */
export async function createAdmin(server: TestApp): Promise<TestUser> {
  const email = newEmail();
  const users = server.app.get(UserAdministration);
  const passwordHash = await users.hashPassword(TEST_PASSWORD);
  const id = await server.app
    .get(Database)
    .transaction((transaction) =>
      users.createUser(transaction, { email, passwordHash, displayName: 'Grace', role: 'admin' }),
    );
  const { body } = await server.http
    .post('/api/v1/auth/login')
    .send({ email, password: TEST_PASSWORD })
    .expect(200);
  return { id, email, password: TEST_PASSWORD, token: body.accessToken };
}

/**
 * Many users with open sessions, for races: inserted as rows with one shared hash, their tokens signed by
 * the application. 10,000 take about a second.
 */
export async function bulkUsers(
  server: TestApp,
  count: number,
  role: Role = 'customer',
): Promise<TestUser[]> {
  const tokens = server.app.get(AccessTokens);
  const users = Array.from({ length: count }, () => ({ id: newId(), email: newEmail(), sessionId: newId() }));
  const ids = users.map(({ id }) => id);
  await server.database.pool.query(
    `INSERT INTO users (id, email, password_hash, display_name, role)
     SELECT id, email, $3, 'Shopper', $4 FROM unnest($1::uuid[], $2::text[]) AS new (id, email)`,
    [ids, users.map(({ email }) => email), TEST_PASSWORD_HASH, role],
  );
  await server.database.pool.query(
    `INSERT INTO sessions (id, user_id, device, expires_at)
     SELECT id, user_id, 'test', now() + interval '1 day' FROM unnest($1::uuid[], $2::uuid[]) AS new (id, user_id)`,
    [users.map(({ sessionId }) => sessionId), ids],
  );
  return users.map(({ id, email, sessionId }) => ({
    id,
    email,
    password: TEST_PASSWORD,
    token: tokens.issue({ userId: id, role, sessionId, tokenVersion: 1 }).accessToken,
  }));
}
