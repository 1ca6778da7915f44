import { WebSocket } from 'ws';
import { serverMessage } from '../../src/realtime/protocol.js';

export interface RealtimeMessage {
  type: string;
  channel?: string;
  code?: string;
  [key: string]: unknown;
}

/** A browser's end of the realtime connection. */
export class RealtimeClient {
  readonly messages: RealtimeMessage[] = [];
  /** What came and is not in the contract. */
  readonly breaches: string[] = [];
  closeCode: number | undefined;
  private readonly waiters = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message: unknown = JSON.parse(String(data));
      const { success, error } = serverMessage.safeParse(message);
      if (!success) this.breaches.push(`${String(data)}: ${error.message}`);
      this.messages.push(message as RealtimeMessage);
      this.wake();
    });
    socket.on('close', (code) => {
      this.closeCode = code;
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  static async connect(httpUrl: string): Promise<RealtimeClient> {
    const socket = new WebSocket(`${httpUrl.replace(/^http/, 'ws')}/api/v1/realtime`);
    const client = new RealtimeClient(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return client;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Greets and subscribes; resolves with the snapshot. */
  async subscribe(channel: string, token?: string): Promise<RealtimeMessage> {
    this.say({ type: 'hello', token });
    await this.next(({ type }) => type === 'welcome');
    this.say({ type: 'subscribe', channel });
    return this.next((message) => message.type === 'subscribed' && message.channel === channel);
  }

  /** The first message, past or to come, that `wanted` accepts. */
  async next(wanted: (message: RealtimeMessage) => boolean, timeoutMs = 5_000): Promise<RealtimeMessage> {
    const found = await this.until(() => this.messages.find(wanted), timeoutMs);
    if (!found)
      throw new Error(
        `No such message in ${timeoutMs} ms; had: ${JSON.stringify(this.messages).slice(0, 2000)}`,
      );
    return found;
  }

  async closed(timeoutMs = 10_000): Promise<number | undefined> {
    return this.until(() => this.closeCode, timeoutMs);
  }

  close(): void {
    this.socket.terminate();
  }

  private async until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.waiters.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.waiters.add(wake);
      });
    }
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
