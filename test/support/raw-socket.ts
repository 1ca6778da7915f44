import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that says exactly what it is told to, and keeps its own side open whatever the server does. */
export class RawSocket {
  received = '';
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.received += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => (this.isClosed = true));
  }

  static async connect(url: string, text = ''): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const raw = new RawSocket(socket);
    await once(socket, 'connect');
    if (text) socket.write(text);
    return raw;
  }

  say(text: string): void {
    if (this.socket.writable) this.socket.write(text);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A WebSocket handshake, and nothing after it. */
export const handshake = (headers: Record<string, string> = {}): string =>
  [
    'GET /api/v1/realtime HTTP/1.1',
    ...Object.entries({
      Host: 'shop.example',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
