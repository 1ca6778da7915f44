import type { Channel, ClientMessage, News, ServerMessage, Snapshot } from '@protocol';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface LiveListener<C extends Channel = Channel> {
  /** The state when subscribed, and again after each reconnect: what was missed is in it. */
  snapshot(data: Snapshot<C>): void;
  /** A newer server may tell of kinds that this shop does not know. */
  message(data: News<C>): void;
}

/** A listener among those of all channels; what it is called with is told apart by its channel. */
interface Listening {
  snapshot(data: unknown): void;
  message(data: unknown): void;
}

export interface LiveOptions {
  url: string;
  open?: (url: string) => WebSocket;
  token: () => Promise<string | undefined>;
  random?: () => number;
}

/** WebSocket's own, which stand-ins in tests need not have. */
const CONNECTING = 0;
const OPEN = 1;

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
  private readonly listeners = new Map<Channel, Set<Listening>>();
  private readonly stateListeners = new Set<(state: LiveState) => void>();
  private failures = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private greeted = false;
  state: LiveState = 'connecting';

  constructor(private readonly options: LiveOptions) {}

  subscribe<C extends Channel>(channel: C, listener: LiveListener<C>): () => void {
    const group = this.listeners.get(channel) ?? new Set<Listening>();
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
      this.send({ type: 'unsubscribe', channel });
      if (this.listeners.size === 0) this.close();
    };
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  /** Says hello anew, as somebody else, after signing in or out: the connection stays. */
  greetAgain(): void {
    if (this.listeners.size === 0) return;
    this.failures = 0;
    if (!this.socket) this.connect();
    else if (this.socket.readyState === OPEN) void this.greet(this.socket);
    // One that is still connecting says hello when it is open, with the token of that moment.
  }

  /** Comes back at once instead of after the pause; a line that seems to live is asked whether it does. */
  wake(): void {
    if (this.retryTimer !== undefined) this.connect();
    else if (this.socket?.readyState === OPEN) this.ask();
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
    socket.onopen = () => void this.greet(socket);
    socket.onmessage = (message) => {
      if (this.socket === socket) this.receive(String(message.data));
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lose();
    };
    this.watchSilence();
  }

  /** What is to be heard is asked for when the server has answered: it depends on who one is. */
  private async greet(socket: WebSocket): Promise<void> {
    this.greeted = false;
    // Without an answer about the token one is still welcome to the public channels.
    const token = await this.options.token().catch(() => undefined);
    if (this.socket === socket) this.send(token ? { type: 'hello', token } : { type: 'hello' });
  }

  private receive(text: string): void {
    const message = readMessage(text);
    if (!message) return;
    this.watchSilence();
    switch (message.type) {
      case 'welcome':
        this.greeted = true;
        this.failures = 0;
        this.enter('live');
        for (const channel of this.listeners.keys()) this.send({ type: 'subscribe', channel });
        break;
      case 'error':
        // The token ran out while it was listened with; the private channels are gone until a fresh one is shown.
        // One that is refused in a greeting is not shown again.
        if (message.code === 'UNAUTHENTICATED' && !message.channel && this.greeted)
          void this.greet(this.socket as WebSocket);
        // The server cannot check tokens just now, so the private channels are gone; it can soon.
        if (message.code === 'AUTH_UNAVAILABLE') this.lose();
        break;
      case 'subscribed':
        for (const listener of this.listeners.get(message.channel) ?? []) listener.snapshot(message.snapshot);
        break;
      case 'message':
        for (const listener of this.listeners.get(message.channel) ?? []) listener.message(message.data);
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
    // To close a socket that is still connecting is a failure to the browser, and stands in its console.
    if (socket?.readyState === CONNECTING) socket.onopen = () => socket.close();
    else socket?.close();
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.ask(), PING_AFTER_SILENCE_MS);
  }

  private ask(): void {
    clearTimeout(this.silenceTimer);
    this.send({ type: 'ping' });
    this.silenceTimer = setTimeout(() => this.lose(), ANSWER_WITHIN_MS);
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(message));
  }

  private enter(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.stateListeners) listener(state);
  }
}

/** A newer server may say what this shop does not know: then nothing is made of it. */
function readMessage(text: string): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
