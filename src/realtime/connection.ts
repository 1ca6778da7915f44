import { WebSocket } from 'ws';
import type { AuthenticatedUser } from '../auth/index.js';
import type { ServerMessage } from './protocol.js';

/**
 * What a client may leave unread before it is dropped. It catches up by reconnecting, which costs less
 * than keeping its past for it.
 */
const MAX_UNREAD_BYTES = 256 * 1024;

/** Messages and pings, which are answered too; enough to greet and subscribe before the first refill. */
export const MAX_MESSAGES_PER_SECOND = 20;

/** One browser's socket and what it listens to. */
export class Connection {
  readonly channels = new Set<string>();
  user: AuthenticatedUser | undefined;
  /** As the client sent it; checked again while the connection lives, since tokens end. */
  token: string | undefined;
  greeted = false;
  /** Answered the last ping. */
  alive = true;
  /** Messages left in this second, against a client that talks without end. */
  messageBudget = MAX_MESSAGES_PER_SECOND;

  constructor(readonly socket: WebSocket) {}

  /** Sends what was encoded once for all listeners; drops a client that does not read. */
  send(encoded: Buffer): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_UNREAD_BYTES) {
      this.socket.terminate();
      return;
    }
    this.socket.send(encoded, { binary: false });
  }

  tell(message: ServerMessage): void {
    this.send(encode(message));
  }
}

export function encode(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}
