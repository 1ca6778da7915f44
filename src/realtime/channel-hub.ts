import { Injectable } from '@nestjs/common';
import { encode, type Connection } from './connection.js';

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

  remove(channel: string, connection: Connection): void {
    connection.channels.delete(channel);
    const listeners = this.channels.get(channel);
    listeners?.delete(connection);
    if (listeners?.size === 0) this.channels.delete(channel);
  }

  removeAll(connection: Connection): void {
    for (const channel of [...connection.channels]) this.remove(channel, connection);
  }

  listenerCount(channel: string): number {
    return this.channels.get(channel)?.size ?? 0;
  }

  /** The channels with this prefix that somebody listens to. */
  active(prefix: string): string[] {
    return [...this.channels.keys()].filter((channel) => channel.startsWith(prefix));
  }

  /** Encodes once, sends to all listeners. */
  publish(channel: string, data: unknown): void {
    const listeners = this.channels.get(channel);
    if (!listeners) return;
    const encoded = encode({ type: 'message', channel, data });
    for (const connection of listeners) connection.send(encoded);
  }
}
