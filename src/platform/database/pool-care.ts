import type pg from 'pg';

/**
 * A connection that breaks tells so by an event, which would end the process unheard. The pool hears it only
 * while the connection is idle; while it is lent out, its query's promise tells the borrower as well.
 */
export function surviveBrokenConnections(pool: pg.Pool): void {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/**
 * Ends connections that are lent for longer than `limitMs`. pg waits for an answer for ever, and TCP for a
 * quarter of an hour: when a network swallows everything, every connection of the pool would be
 * waited on for as long, and nobody else could have one, even after the database is back elsewhere.
 */
export function endConnectionsLentTooLong(pool: pg.Pool, limitMs: number): void {
  const timers = new WeakMap<pg.PoolClient, NodeJS.Timeout>();
  pool.on('acquire', (client) => {
    // Its borrower learns of it by the query that fails.
    const end = () => void (client as unknown as pg.Client).end().catch(() => undefined);
    timers.set(client, setTimeout(end, limitMs).unref());
  });
  pool.on('release', (_error, client) => clearTimeout(timers.get(client)));
}
