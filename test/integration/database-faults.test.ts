import pg from 'pg';
import { toAppError } from '../../src/platform/http/problem.filter.js';
import { Database, type Transaction } from '../../src/platform/database/index.js';
import {
  endConnectionsLentTooLong,
  surviveBrokenConnections,
} from '../../src/platform/database/pool-care.js';
import { ClaimService } from '../../src/purchase/index.js';
import { createDrop, createShoppers } from '../support/drops.js';
import { orderOf } from '../support/order-of.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/wait.js';

/** What becomes of transactions and connections whose other end is lost or says nothing. */
describe('the database, when an end of a connection is lost', () => {
  let server: TestApp;
  let database: Database;

  beforeAll(async () => {
    server = await startTestApp();
    database = server.app.get(Database);
  });
  afterAll(() => server.close());

  /** Runs a transaction that stops between two statements until `between` has ended. */
  const interrupted = (
    first: (transaction: Transaction) => Promise<unknown>,
    between: () => Promise<unknown>,
  ) =>
    database
      .transaction(async (transaction) => {
        await first(transaction);
        await between();
        await transaction.query('SELECT 1');
      })
      .then(
        () => undefined,
        (error: unknown) => toAppError(error).code,
      );

  it('takes the locks from a transaction whose client has gone silent, and sells on', async () => {
    const { itemId } = await createDrop(server.database.pool);
    const [userId] = await createShoppers(server.database.pool, 1);
    const claims = server.app.get(ClaimService);
    const lockItem = (transaction: Transaction) =>
      transaction.query('SELECT FROM event_items WHERE id = $1 FOR UPDATE', [itemId]);
    let waitedMs = 0;
    const code = await interrupted(lockItem, async () => {
      const claim = () =>
        orderOf(claims.claim({ userId: userId as string, eventItemId: itemId, quantity: 1 }));
      waitedMs = await until(
        () =>
          claim().then(
            () => true,
            () => false,
          ),
        15_000,
      );
    });
    expect(waitedMs).toBeLessThan(12_000);
    expect(code).toBe('DATABASE_UNAVAILABLE');
  });

  it('says 503 when the connection breaks between two statements', async () => {
    let pid: number | undefined;
    const code = await interrupted(
      async (transaction) => {
        const [row]: { pid: number }[] = await transaction.query('SELECT pg_backend_pid() AS pid');
        pid = row?.pid;
      },
      async () => {
        await server.database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
        await until(async () => {
          const { rows } = await server.database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [
            pid,
          ]);
          return rows.length === 0;
        }, 5_000);
      },
    );
    expect(code).toBe('DATABASE_UNAVAILABLE');
  });

  it('gives up a connection into which everything vanishes, and takes another', async () => {
    const { hostname, port } = new URL(server.database.url);
    const proxy = await TcpProxy.to(hostname, Number(port));
    const url = new URL(server.database.url);
    url.port = String(proxy.port);
    const pool = new pg.Pool({ connectionString: url.href, max: 1, connectionTimeoutMillis: 1_000 });
    surviveBrokenConnections(pool);
    endConnectionsLentTooLong(pool, 300);
    try {
      await pool.query('SELECT 1');
      proxy.silence();
      const lost = pool.query('SELECT 1').catch((error: unknown) => toAppError(error).code);
      expect(await lost).toBe('DATABASE_UNAVAILABLE');
      await proxy.mend();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      expect(pool.totalCount).toBe(1);
    } finally {
      await proxy.close();
      await pool.end();
    }
  });
});
