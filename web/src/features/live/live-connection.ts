export type LiveState = 'connecting' | 'live' | 'lost';

export interface LiveListener {
  /** The state when subscribed, and again after each reconnect: what was missed is in it. */
  snapshot(data: unknown): void;
  message(data: unknown): void;
}

export interface LiveOptions {
  url: string;
  open?: (url: string) => WebSocket;
  token: () => Promise<string | undefined>;
  random?: () => number;
}

interface ServerMessage {
  type: 'welcome' | 'subscribed' | 'message' | 'error' | 'pong';
  channel?: string;
  data?: unknown;
  snapshot?: unknown;
  code?: string;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
/** A proxy or a sleeping radio may hold a dead line open for minutes: it is asked, and has to answer. */
const PING_AFTER_SILENCE_MS = 15_000;
const ANSWER_WITHIN_MS = 10_000;

/**
 * One WebSocket for the whole page, kept alive while anything listens. It says hello with the token as its
 * first message (never in the URL), comes back by itself with growing, jittered pauses, and subscribes
 * again, which brings a fresh snapshot of each channel.
 */
export class LiveConnection {
  private socket: WebSocket | undefined;
  private readonly listeners = new Map<string, Set<LiveListener>>();
  private readonly stateListeners = new Set<(state: LiveState) => void>();
  private failures = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private greeted = false;
  state: LiveState = 'connecting';

  constructor(private readonly options: LiveOptions) {}

  subscribe(channel: string, listener: LiveListener): () => void {
    const group = this.listeners.get(channel) ?? new Set();
    group.add(listener);
    this.listeners.set(channel, group);
    if (!this.socket && this.retryTimer === undefined) this.connect();
    else if (this.greeted) {
      // Subscribing again to a channel that is open brings the newcomer a snapshot too.
      this.send({ type: 'subscribe', channel });
    }
    return () => {
      group.delete(listener);
      if (group.size > 0) return;
      this.listeners.delete(channel);
      if (this.greeted) this.send({ type: 'unsubscribe', channel });
      if (this.listeners.size === 0) this.close();
    };
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  /** Says hello anew, for instance as somebody else after signing in or out. */
  restart(): void {
    if (this.listeners.size === 0) return;
    this.drop();
    this.failures = 0;
    this.connect();
  }

  close(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.drop();
    this.enter('connecting');
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const socket = (this.options.open ?? ((url) => new WebSocket(url)))(this.options.url);
    this.socket = socket;
    socket.onopen = async () => {
      // Without an answer about the token one is still welcome to the public channels.
      const token = await this.options.token().catch(() => undefined);
      if (this.socket === socket) this.send(token ? { type: 'hello', token } : { type: 'hello' });
    };
    socket.onmessage = (message) => {
      if (this.socket === socket) this.receive(String(message.data));
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lose();
    };
    this.watchSilence();
  }

  private receive(text: string): void {
    let message: ServerMessage;
    try {
      message = JSON.parse(text) as ServerMessage;
    } catch {
      return;
    }
    this.watchSilence();
    if (message.type === 'welcome') {
      this.greeted = true;
      this.failures = 0;
      this.enter('live');
      for (const channel of this.listeners.keys()) this.send({ type: 'subscribe', channel });
    }
    const group = message.channel ? this.listeners.get(message.channel) : undefined;
    for (const listener of group ?? []) {
      if (message.type === 'subscribed') listener.snapshot(message.snapshot);
      if (message.type === 'message') listener.message(message.data);
    }
  }

  private lose(): void {
    this.drop();
    this.enter('lost');
    if (this.listeners.size === 0) return;
    const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures++);
    // Full jitter: when an instance restarts, its thousands of listeners must not return in one millisecond.
    const pause = ceiling * (0.25 + 0.75 * (this.options.random ?? Math.random)());
    this.retryTimer = setTimeout(() => this.connect(), pause);
  }

  private drop(): void {
    clearTimeout(this.silenceTimer);
    const socket = this.socket;
    this.socket = undefined;
    this.greeted = false;
    socket?.close();
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      this.send({ type: 'ping' });
      this.silenceTimer = setTimeout(() => this.lose(), ANSWER_WITHIN_MS);
    }, PING_AFTER_SILENCE_MS);
  }

  private send(message: Record<string, unknown>): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private enter(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.stateListeners) listener(state);
  }
}
