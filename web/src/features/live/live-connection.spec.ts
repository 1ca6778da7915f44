import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConnection, type LiveState } from './live-connection';

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen?: () => unknown;
  onmessage?: (message: { data: string }) => void;
  onclose?: () => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  receive(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  fail() {
    this.readyState = 3;
    this.onclose?.();
  }
}

describe('LiveConnection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
  });
  afterEach(() => void vi.useRealTimers());

  const connect = () =>
    new LiveConnection({
      url: 'ws://shop/api/v1/realtime',
      open: (url) => new FakeSocket(url) as unknown as WebSocket,
      token: () => Promise.resolve('secret'),
      random: () => 1,
    });
  const last = () => FakeSocket.all.at(-1) as FakeSocket;

  async function greeted() {
    last().onopen?.();
    await vi.advanceTimersByTimeAsync(0);
    last().receive({ type: 'welcome' });
  }

  it('says the token in its first message, never in the URL, then subscribes', async () => {
    const live = connect();
    const snapshot = vi.fn();
    live.subscribe('event:1', { snapshot, message: vi.fn() });
    await greeted();
    expect(last().url).not.toContain('secret');
    expect(last().sent).toEqual([
      { type: 'hello', token: 'secret' },
      { type: 'subscribe', channel: 'event:1' },
    ]);
    last().receive({ type: 'subscribed', channel: 'event:1', snapshot: { a: 1 } });
    expect(snapshot).toHaveBeenCalledWith({ a: 1 });
  });

  it('gives messages to the listeners of their channel only', async () => {
    const live = connect();
    const one = { snapshot: vi.fn(), message: vi.fn() };
    const other = { snapshot: vi.fn(), message: vi.fn() };
    live.subscribe('event:1', one);
    live.subscribe('event:2', other);
    await greeted();
    last().receive({ type: 'message', channel: 'event:2', data: 7 });
    expect(one.message).not.toHaveBeenCalled();
    expect(other.message).toHaveBeenCalledWith(7);
  });

  it('says that it is lost, comes back with growing pauses, and subscribes again', async () => {
    const live = connect();
    const states: LiveState[] = [];
    live.onState((state) => states.push(state));
    live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    last().fail();
    expect(states).toEqual(['live', 'lost']);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all).toHaveLength(2);
    last().fail();
    vi.advanceTimersByTime(999);
    expect(FakeSocket.all).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all).toHaveLength(3);
    await greeted();
    expect(states).toEqual(['live', 'lost', 'live']);
    expect(last().sent).toContainEqual({ type: 'subscribe', channel: 'event:1' });
  });

  it('pings in silence, and takes a line that does not answer for dead', async () => {
    const live = connect();
    live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    vi.advanceTimersByTime(15_000);
    expect(last().sent).toContainEqual({ type: 'ping' });
    last().receive({ type: 'pong' });
    vi.advanceTimersByTime(15_000);
    expect(live.state).toBe('live');
    vi.advanceTimersByTime(10_000);
    expect(live.state).toBe('lost');
  });

  it('does not sit out the pause once it is told that the line may be back', async () => {
    const live = connect();
    live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    for (let fails = 0; fails < 6; fails++) {
      last().fail();
      live.wake();
    }
    expect(FakeSocket.all).toHaveLength(7);
    await greeted();
    live.wake();
    expect(last().sent.at(-1)).toEqual({ type: 'ping' });
    vi.advanceTimersByTime(10_000);
    expect(live.state).toBe('lost');
  });

  it('makes nothing of what a newer server says', async () => {
    const live = connect();
    const message = vi.fn();
    live.subscribe('event:1', { snapshot: vi.fn(), message });
    await greeted();
    last().onmessage?.({ data: 'null' });
    last().receive({ type: 'applause', channel: 'event:1', data: 1 });
    expect(message).not.toHaveBeenCalled();
    expect(live.state).toBe('live');
  });

  it('says hello again as somebody else on the same line, and subscribes once it is welcome', async () => {
    let token: string | undefined = 'secret';
    const live = new LiveConnection({
      url: 'ws://shop/api/v1/realtime',
      open: (url) => new FakeSocket(url) as unknown as WebSocket,
      token: () => Promise.resolve(token),
    });
    const leave = live.subscribe('me', { snapshot: vi.fn(), message: vi.fn() });
    live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    last().sent = [];

    token = undefined;
    live.greetAgain();
    leave();
    live.subscribe('event:2', { snapshot: vi.fn(), message: vi.fn() });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().sent).toEqual([{ type: 'unsubscribe', channel: 'me' }, { type: 'hello' }]);
    last().receive({ type: 'welcome' });
    expect(last().sent.slice(2)).toEqual([
      { type: 'subscribe', channel: 'event:1' },
      { type: 'subscribe', channel: 'event:2' },
    ]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('shows a fresh token when the one it came with has run out, and not a second one if that is refused', async () => {
    const live = connect();
    live.subscribe('me', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    last().sent = [];
    last().receive({ type: 'error', code: 'UNAUTHENTICATED' });
    await vi.advanceTimersByTimeAsync(0);
    last().receive({ type: 'error', code: 'UNAUTHENTICATED' });
    last().receive({ type: 'welcome' });
    last().receive({ type: 'error', code: 'UNAUTHENTICATED', channel: 'me' });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().sent).toEqual([
      { type: 'hello', token: 'secret' },
      { type: 'subscribe', channel: 'me' },
    ]);
  });

  it('comes back after a while when the server cannot check tokens, until it can', async () => {
    const live = connect();
    live.subscribe('me', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    last().receive({ type: 'error', code: 'AUTH_UNAVAILABLE' });
    expect(live.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.all).toHaveLength(2);
    await last().onopen?.();
    last().receive({ type: 'error', code: 'AUTH_UNAVAILABLE' });
    last().receive({ type: 'welcome' });
    expect(live.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.all).toHaveLength(3);
    await greeted();
    expect(live.state).toBe('live');
    expect(last().sent.at(-1)).toEqual({ type: 'subscribe', channel: 'me' });
  });

  it('lets a line open before it closes it, which browsers would call a failure otherwise', () => {
    const live = connect();
    const leave = live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    last().readyState = 0;
    live.greetAgain();
    leave();
    expect(FakeSocket.all).toHaveLength(1);
    expect(last().readyState).toBe(0);
    last().readyState = 1;
    void last().onopen?.();
    expect(last().readyState).toBe(3);
    expect(last().sent).toEqual([]);
  });

  it('closes when nobody listens any more', async () => {
    const live = connect();
    const leave = live.subscribe('event:1', { snapshot: vi.fn(), message: vi.fn() });
    await greeted();
    leave();
    expect(last().readyState).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});
