import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ConnectionLimits {
  /** How long an answer may wait to be read, whatever its size. */
  graceMs: number;
  /** What a client must read beyond that; slower than any phone. */
  leastBytesPerSecond: number;
  /** How often slow readers are looked for. */
  lookMs: number;
  /** While stopping: how long a request may still take to arrive. */
  arrivalMs: number;
}

const LIMITS: ConnectionLimits = {
  graceMs: 30_000,
  leastBytesPerSecond: 8 * 1024,
  lookMs: 5_000,
  arrivalMs: 1_000,
};
/** How often connections are looked at while stopping. */
const DRAIN_MS = 50;

interface Connection {
  /** The latest request without an answer. Answers leave in the order of their requests. */
  request?: IncomingMessage | undefined;
  /** Since when there have been unread bytes, and how many had been written before. */
  unread?: { since: number; writtenBefore: number } | undefined;
}

/**
 * Bounds what Node does not: how long a client may take to read an answer, and how long one may hold up a stop. Node's
 * own time-outs cover idle sockets and requests that arrive slowly, but a client that reads a byte now and then is never
 * idle, and the check for late requests ends when the server begins to close.
 */
export function boundConnections(server: FastifyInstance, limits: ConnectionLimits = LIMITS): void {
  const open = new Map<Socket, Connection>();
  server.server.on('connection', (socket: Socket) => {
    open.set(socket, {});
    socket.once('close', () => open.delete(socket));
  });
  server.addHook('onRequest', (request, _reply, done) => {
    const connection = open.get(request.raw.socket);
    if (connection) connection.request = request.raw;
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    const connection = open.get(request.raw.socket);
    if (connection?.request === request.raw) connection.request = undefined;
    done();
  });

  const look = setInterval(() => {
    const now = performance.now();
    for (const [socket, connection] of open) if (readsTooSlowly(socket, connection, now)) socket.destroy();
  }, limits.lookMs).unref();

  function readsTooSlowly(socket: Socket, connection: Connection, now: number): boolean {
    if (socket.writableLength === 0) {
      connection.unread = undefined;
      return false;
    }
    connection.unread ??= { since: now, writtenBefore: socket.bytesWritten - socket.writableLength };
    const offeredBytes = socket.bytesWritten - connection.unread.writtenBefore;
    const allowedMs = limits.graceMs + (offeredBytes / limits.leastBytesPerSecond) * 1000;
    return now - connection.unread.since > allowedMs;
  }

  /** Ends connections as their last requests are answered, and those whose request does not arrive. */
  server.addHook('preClose', (done) => {
    const startedAt = performance.now();
    const drain = setInterval(() => {
      server.server.closeIdleConnections();
      if (performance.now() - startedAt < limits.arrivalMs) return;
      for (const [socket, { request }] of open) if (!request?.complete) socket.destroy();
    }, DRAIN_MS).unref();
    server.server.once('close', () => {
      clearInterval(drain);
      clearInterval(look);
    });
    done();
  });
}
