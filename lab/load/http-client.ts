import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What came back. Status 0 means that no whole answer arrived; `body` is then the reason's code. */
export interface Answer {
  status: number;
  /** One character per byte (latin1), which is exact for all that the lab reads. */
  body: string;
  /** Milliseconds (performance.now) at which the request was written; before it, it queued in the lab. */
  sentAt: number;
  answeredAt: number;
}

interface Job {
  payload: string;
  sentAt: number;
  done: (answer: Answer) => void;
}

export interface HttpClientOptions {
  /** Origins of one shop; connections are spread over them, and move on when one is gone. */
  origins: readonly string[];
  connections: number;
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const RECONNECT_PAUSE_MS = 20;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** What a connection reads is read out of it at once, so that all can share it: streams would cost a sixth more. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * A fixed number of keep-alive connections, one request at a time on each, the rest waiting in line.
 *
 * Written on bare sockets because the load shares the machine with the server: it costs about a third of
 * what a general client costs per request, so more of the machine is left for what is being measured.
 */
export class HttpClient {
  private readonly lanes: Connection[] = [];
  private readonly idle: Connection[] = [];
  private readonly queue: Job[] = [];
  private queueHead = 0;
  private readonly timer: NodeJS.Timeout;
  private closed = false;

  constructor(options: HttpClientOptions) {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    for (let index = 0; index < options.connections; index++) {
      const lane = new Connection(options.origins, index, (freed) => this.freed(freed));
      this.lanes.push(lane);
      this.idle.push(lane);
    }
    this.timer = setInterval(() => this.endOverdue(timeoutMs), Math.min(500, timeoutMs));
    this.timer.unref();
  }

  /** Opens every connection, so that the run does not measure handshakes. Failures show at first use. */
  async open(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.connect().catch(() => undefined)));
  }

  /** `payload` is a whole HTTP/1.1 request. Never rejects. */
  send(payload: string): Promise<Answer> {
    return new Promise((done) => {
      const job: Job = { payload, sentAt: 0, done };
      const lane = this.idle.pop();
      if (lane) lane.run(job);
      else this.queue.push(job);
    });
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    for (const lane of this.lanes) lane.end('CLOSED');
    for (const job of this.queue.slice(this.queueHead)) fail(job, 'CLOSED');
    this.queue.length = this.queueHead = 0;
  }

  private freed(lane: Connection): void {
    if (this.closed) return;
    const job = this.queue[this.queueHead];
    if (job === undefined) {
      this.idle.push(lane);
      return;
    }
    this.queueHead++;
    // Shifting an array of thousands for each answer would cost more than the answer.
    if (this.queueHead > 4096 && this.queueHead * 2 > this.queue.length) {
      this.queue.splice(0, this.queueHead);
      this.queueHead = 0;
    }
    lane.run(job);
  }

  private endOverdue(timeoutMs: number): void {
    const limit = performance.now() - timeoutMs;
    for (const lane of this.lanes)
      if (lane.busySince !== undefined && lane.busySince < limit) lane.end('TIMEOUT');
  }
}

function fail(job: Job, reason: string): void {
  const now = performance.now();
  job.done({ status: 0, body: reason, sentAt: job.sentAt || now, answeredAt: now });
}

class Connection {
  /** The socket in use or being opened; events of earlier ones are ignored. */
  private socket: Socket | undefined;
  private opening: Promise<void> | undefined;
  private ready = false;
  private job: Job | undefined;
  private received = '';
  private origin: number;
  private readonly origins: readonly string[];
  private readonly freed: (lane: Connection) => void;

  constructor(origins: readonly string[], index: number, freed: (lane: Connection) => void) {
    this.origins = origins;
    this.origin = index % origins.length;
    this.freed = freed;
  }

  get busySince(): number | undefined {
    return this.job?.sentAt || undefined;
  }

  run(job: Job): void {
    this.job = job;
    job.sentAt = performance.now();
    if (this.ready) this.socket?.write(job.payload, 'latin1');
    else
      this.connect().then(
        () => this.job === job && this.socket?.write(job.payload, 'latin1'),
        (error: NodeJS.ErrnoException) =>
          // A dead instance answers at once; without a pause its lanes would spin through the crowd.
          setTimeout(() => this.job === job && this.finish(0, error.code ?? 'ECONNECT'), RECONNECT_PAUSE_MS),
      );
  }

  connect(): Promise<void> {
    this.opening ??= new Promise<void>((resolve, reject) => {
      const url = new URL(this.origins[this.origin] as string);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const secure = url.protocol === 'https:';
      const port = Number(url.port) || (secure ? 443 : 80);
      const onread = {
        buffer: READ_BUFFER,
        callback: (length: number): boolean => {
          if (this.socket === socket) this.receive(READ_BUFFER.toString('latin1', 0, length));
          return true;
        },
      };
      const options = { host, port, servername: host, onread };
      const socket: Socket = secure ? connectTls(options) : connectPlain(options);
      this.socket = socket;
      socket.setNoDelay(true);
      let reason: NodeJS.ErrnoException = Object.assign(new Error('closed'), { code: 'ECLOSED' });
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        if (this.socket === socket) this.ready = true;
        resolve();
      });
      socket.once('error', (error) => (reason = error));
      socket.once('close', () => {
        reject(reason);
        if (this.socket === socket) this.lost(reason.code ?? 'ECLOSED');
      });
    });
    return this.opening;
  }

  end(reason: string): void {
    this.drop();
    this.finish(0, reason);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = this.opening = undefined;
    this.ready = false;
    socket?.destroy();
  }

  private lost(reason: string): void {
    const wasReady = this.ready;
    this.drop();
    this.origin = (this.origin + 1) % this.origins.length;
    // A connection that never opened has told its job so by rejecting.
    if (wasReady) this.finish(0, reason);
  }

  private receive(text: string): void {
    this.received += text;
    const answer = parseAnswer(this.received);
    if (answer === undefined) {
      if (this.received.length > MAX_ANSWER_BYTES) this.end('ANSWER_TOO_LARGE');
      return;
    }
    if (answer.closes) this.drop();
    this.finish(answer.status, answer.body);
  }

  private finish(status: number, body: string): void {
    const { job } = this;
    this.received = '';
    if (job === undefined) return;
    this.job = undefined;
    job.done({ status, body, sentAt: job.sentAt, answeredAt: performance.now() });
    this.freed(this);
  }
}

interface ParsedAnswer {
  status: number;
  body: string;
  closes: boolean;
}

/** A whole HTTP/1.1 answer, or undefined while part of it is still to come. */
export function parseAnswer(text: string): ParsedAnswer | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  const closes = /\r\nconnection: *close/i.test(head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length !== null) {
    const end = start + Number(length[1]);
    return text.length < end ? undefined : { status, body: text.slice(start, end), closes };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, body: '', closes };
  let body = '';
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (text.length < end) return undefined;
    if (size === 0) return { status, body, closes };
    body += text.slice(lineEnd + 2, end - 2);
    at = end;
  }
}
