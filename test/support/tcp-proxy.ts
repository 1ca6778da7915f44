import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to another server that a test can cut, silence and mend. Its port stays the same. */
export class TcpProxy {
  readonly port: number;
  private readonly sockets = new Set<Socket>();
  private silent = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => this.relay(socket));
  }

  static async to(host: string, port: number): Promise<TcpProxy> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new TcpProxy(server, { host, port });
  }

  /** Ends every connection and refuses new ones, as after a crash. */
  async cut(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.dropAll();
    await closed;
  }

  /** Keeps and accepts connections but passes nothing on, as behind a broken network. */
  silence(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Ends a silence: what was held back is passed on, and connections are the same as before. */
  speak(): void {
    this.silent = false;
    for (const socket of this.sockets) socket.resume();
  }

  async mend(): Promise<void> {
    this.silent = false;
    // What was held back in silence is lost with its connections.
    this.dropAll();
    if (!this.server.listening) await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.cut();
  }

  private relay(near: Socket): void {
    const far = connect(this.target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.sockets.delete(from);
      });
      from.pipe(to);
      if (this.silent) from.unpipe(to).pause();
    }
  }

  private dropAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
