import { newId } from '../../src/platform/values/index.js';
import { RevocationRepository } from '../../src/auth/tokens/revocation.repository.js';
import { Database } from '../../src/platform/database/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('RevocationRepository', () => {
  let server: TestApp;
  let repository: RevocationRepository;

  beforeEach(async () => {
    server = await startTestApp();
    repository = server.app.get(RevocationRepository);
  });
  afterEach(() => server.close());

  const revoke = async (sessionId: string, ageSeconds: number) => {
    await server.app.get(Database).transaction((tx) => repository.revokeSessions(tx, [sessionId]));
    await server.database.pool.query(
      'UPDATE revocations SET created_at = created_at - make_interval(secs => $2) WHERE session_id = $1',
      [sessionId, ageSeconds],
    );
  };
  const sessionsSince = async (since: string | undefined, overlapSeconds: number) =>
    (await repository.readSince(since, overlapSeconds)).revocations.flatMap(
      ({ sessionId }) => sessionId ?? [],
    );

  it('reads everything at first, then what is new and what the overlap covers', async () => {
    const [old, recent] = [newId(), newId()];
    await revoke(old, 90);
    await revoke(recent, 30);
    expect((await sessionsSince(undefined, 60)).sort()).toEqual([old, recent].sort());
    const { readAt } = await repository.readSince(undefined, 60);
    expect(await sessionsSince(readAt, 60)).toEqual([recent]);
    expect(await sessionsSince(readAt, 0)).toEqual([]);
  });

  it('tells the time and no revocation when there is none', async () => {
    const { readAt, revocations } = await repository.readSince(undefined, 60);
    expect(Math.abs(Date.parse(readAt) - Date.now())).toBeLessThan(5_000);
    expect(revocations.every(({ sessionId, userId }) => sessionId === null && userId === null)).toBe(true);
  });

  it('deletes what no living token can need any more, and nothing else', async () => {
    const [old, needed] = [newId(), newId()];
    await revoke(old, 3_700);
    await revoke(needed, 3_500);
    await repository.deleteOlderThan(3_660);
    expect(await sessionsSince(undefined, 0)).toEqual([needed]);
  });
});
