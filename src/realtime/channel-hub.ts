import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { encode, type Connection } from './connection.js';
import { nameForClients, type Channel, type News, type ServerMessage } from './protocol.js';

/** Sockets written to before other work gets its turn: some two milliseconds. */
const SLICE = 100;

/** Who listens to what on this instance. */
@Injectable()
export class ChannelHub {
  private readonly channels = new Map<string, Set<Connection>>();

  add(channel: string, connection: Connection): void {
    const listeners = this.channels.get(channel);
    if (listeners) listeners.add(connection);
    else this.channels.set(channel, new Set([connection]));
    connection.channels.add(channel);
  }

  /** @returns whether it listened. */
  remove(channel: string, connection: Connection): boolean {
    if (!connection.channels.delete(channel)) return false;
    const listeners = this.channels.get(channel);
    listeners?.delete(connection);
    if (listeners?.size === 0) this.channels.delete(channel);
    return true;
  }

  listenerCount(channel: string): number {
    return this.channels.get(channel)?.size ?? 0;
  }

  /** The channels with this prefix that somebody listens to. */
  active(prefix: string): string[] {
    return [...this.channels.keys()].filter((channel) => channel.startsWith(prefix));
  }

  /**
   * Encodes once, sends to all listeners, in slices: writing to a socket takes some 20 µs, and a purchase
   * must not wait for thousands of them.
   */
  async publish(channel: string, data: News<Channel>): Promise<void> {
    const listeners = [...(this.channels.get(channel) ?? [])];
    if (listeners.length === 0) return;
    const encoded = encode({ type: 'message', channel: nameForClients(channel), data } as ServerMessage);
    for (let start = 0; start < listeners.length; start += SLICE) {
      if (start > 0) await setImmediate();
      for (const connection of listeners.slice(start, start + SLICE)) connection.send(encoded);
    }
  }
}
