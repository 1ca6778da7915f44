import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { AccessTokens, type AuthenticatedUser } from '../auth/index.js';
import { AppError, commonErrors } from '../platform/errors/index.js';
import { endWithProblem } from '../platform/http/index.js';
import { Settings } from '../platform/config/index.js';
import { Admission } from './admission.js';
import { ChannelHub } from './channel-hub.js';
import { Connection, MAX_MESSAGES_PER_SECOND } from './connection.js';
import { Feeds } from './feeds.js';
import {
  DASHBOARD_CHANNEL,
  MAX_MESSAGE_BYTES,
  OWN_CHANNEL,
  parseMessage,
  USER_PREFIX,
  type Channel,
  type ClientMessage,
  type ServerMessage,
} from './protocol.js';

/** A browser that says nothing at all is not one of ours. */
const GREETING_TIMEOUT_MS = 5_000;
/** Finds connections that died without a word, and tokens that ended meanwhile. */
const HEARTBEAT_MS = 25_000;
const TOKEN_CHECK_MS = 1_000;
/** Who goes on after being told to stop does not even wait for the good-bye, and gets none. */
const MAX_MESSAGES_TOO_MANY = 200;
const MAX_CHANNELS_PER_CONNECTION = 50;
/** How long a client may take to answer our close frame before it is cut off; the library's own 30 s let a crowd stay. */
const CLOSE_TIMEOUT_MS = 2_000;

/** RFC 6455 close codes that we use. */
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

/**
 * `/api/v1/realtime`. The first message is `hello`, with the access token or without one: a token never
 * stands in the URL, where logs would keep it. Public channels need none.
 */
@WebSocketGateway({ path: '/api/v1/realtime', maxPayload: MAX_MESSAGE_BYTES, closeTimeout: CLOSE_TIMEOUT_MS })
export class RealtimeGateway
  implements
    OnGatewayInit<WebSocketServer>,
    OnGatewayConnection<WebSocket>,
    OnGatewayDisconnect<WebSocket>,
    OnApplicationBootstrap,
    OnModuleDestroy
{
  private readonly logger = new Logger(RealtimeGateway.name);
  private readonly connections = new Map<WebSocket, Connection>();
  private readonly perUser = new Map<string, number>();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly hub: ChannelHub,
    private readonly feeds: Feeds,
    private readonly admission: Admission,
    private readonly accessTokens: AccessTokens,
    private readonly settings: Settings,
  ) {}

  /** Open connections on this instance. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Refuses handshakes in the shape of every other refusal. */
  afterInit(server: WebSocketServer): void {
    server.on('wsClientError', ({ message }, socket, { method, url }) => {
      if (method === 'GET')
        endWithProblem(socket, commonErrors.BAD_REQUEST({ detail: message }), url, {
          'Sec-WebSocket-Version': '13',
        });
      else endWithProblem(socket, commonErrors.METHOD_NOT_ALLOWED(), url, { Allow: 'GET' });
    });
    // The library's own refusal of a client is a page of text.
    server.options.verifyClient = ({ req }, accept) => {
      const refusal = this.admission.admit(req);
      if (refusal) endWithProblem(req.socket, refusal, req.url);
      else accept(true);
    };
  }

  onApplicationBootstrap(): void {
    this.timers.push(
      setInterval(() => this.heartbeat(), HEARTBEAT_MS).unref(),
      setInterval(() => this.checkTokens(), TOKEN_CHECK_MS).unref(),
    );
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  handleConnection(socket: WebSocket): void {
    const connection = new Connection(socket);
    this.connections.set(socket, connection);
    const greeting = setTimeout(() => {
      if (!connection.greeted) socket.close(POLICY_VIOLATION, 'no hello');
    }, GREETING_TIMEOUT_MS).unref();
    socket.on('pong', () => (connection.alive = true));
    // A client that pings without reading would have us queue its answers without end.
    socket.on('ping', () => this.mayTalk(connection));
    socket.on('message', (data, isBinary) => this.receive(connection, data, isBinary));
    socket.once('close', () => clearTimeout(greeting));
  }

  handleDisconnect(socket: WebSocket): void {
    const connection = this.connections.get(socket);
    if (!connection) return;
    this.connections.delete(socket);
    this.setUser(connection, undefined);
    this.leave(connection, [...connection.channels]);
  }

  private receive(connection: Connection, data: RawData, isBinary: boolean): void {
    if (!this.mayTalk(connection)) return;
    const message = isBinary ? undefined : parseMessage(String(data));
    if (!message) {
      connection.tell({ type: 'error', code: 'UNKNOWN_MESSAGE' });
      return;
    }
    if (!connection.greeted && message.type !== 'hello') {
      connection.tell({ type: 'error', code: 'HELLO_REQUIRED' });
      return;
    }
    this.handle(connection, message).catch((error: unknown) => {
      const channel = 'channel' in message ? { channel: message.channel } : {};
      if (error instanceof AppError) connection.tell({ type: 'error', code: error.code, ...channel });
      else {
        this.logger.error({ err: error, msg: 'A realtime message failed' });
        connection.tell({ type: 'error', code: 'INTERNAL_ERROR', ...channel });
      }
    });
  }

  /** Counts what the client says; one that says too much is told to go, then cut off. */
  private mayTalk(connection: Connection): boolean {
    connection.messageBudget -= 1;
    if (connection.messageBudget >= 0) return true;
    if (connection.messageBudget === -1) connection.socket.close(POLICY_VIOLATION, 'too many messages');
    else if (connection.messageBudget < -MAX_MESSAGES_TOO_MANY) connection.socket.terminate();
    return false;
  }

  private async handle(connection: Connection, message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'hello':
        this.greet(connection, message.token ?? undefined);
        return;
      case 'subscribe':
        await this.subscribe(connection, message.channel);
        return;
      case 'unsubscribe':
        this.leave(connection, [innerChannel(connection, message.channel)]);
        return;
      case 'ping':
        connection.tell({ type: 'pong', serverTime: new Date().toISOString() });
    }
  }

  /** May be said again: with a fresh token after the old one ended, or without one after logging out. */
  private greet(connection: Connection, token: string | undefined): void {
    connection.greeted = true;
    connection.token = token;
    this.setUser(connection, undefined);
    if (token !== undefined) {
      try {
        const user = this.accessTokens.verify(token);
        if ((this.perUser.get(user.id) ?? 0) >= this.settings.raw.REALTIME_CONNECTIONS_PER_USER) {
          connection.socket.close(TRY_AGAIN_LATER, 'too many connections of this user');
          return;
        }
        this.setUser(connection, user);
      } catch (error) {
        connection.token = undefined;
        connection.tell({ type: 'error', code: error instanceof AppError ? error.code : 'INTERNAL_ERROR' });
      }
    }
    const { user } = connection;
    this.leave(
      connection,
      [...connection.channels].filter((channel) => isPrivate(channel) && !mayListen(user, channel)),
    );
    connection.tell({ type: 'welcome', serverTime: new Date().toISOString(), userId: user?.id ?? null });
  }

  private async subscribe(connection: Connection, said: Channel): Promise<void> {
    const channel = innerChannel(connection, said);
    if (isPrivate(channel) && !mayListen(connection.user, channel)) {
      connection.tell({
        type: 'error',
        code: connection.user ? 'FORBIDDEN' : 'UNAUTHENTICATED',
        channel: said,
      });
      return;
    }
    if (connection.channels.size >= MAX_CHANNELS_PER_CONNECTION) {
      connection.tell({ type: 'error', code: 'TOO_MANY_CHANNELS', channel: said });
      return;
    }
    // Listening begins before the snapshot is read: a change in between is sent twice rather than never.
    this.hub.add(channel, connection);
    try {
      const snapshot = await this.feeds.snapshot(channel);
      // The feed of a channel answers with the snapshot of that channel.
      connection.tell({ type: 'subscribed', channel: said, snapshot } as ServerMessage);
      this.feeds.joined(channel);
    } catch (error) {
      this.leave(connection, [channel]);
      throw error;
    }
  }

  private setUser(connection: Connection, user: AuthenticatedUser | undefined): void {
    if (connection.user) {
      const others = (this.perUser.get(connection.user.id) ?? 0) - 1;
      if (others > 0) this.perUser.set(connection.user.id, others);
      else this.perUser.delete(connection.user.id);
    }
    connection.user = user;
    if (user) this.perUser.set(user.id, (this.perUser.get(user.id) ?? 0) + 1);
  }

  private leave(connection: Connection, channels: string[]): void {
    for (const channel of channels) if (this.hub.remove(channel, connection)) this.feeds.left(channel);
  }

  private heartbeat(): void {
    for (const connection of this.connections.values()) {
      if (!connection.alive) {
        connection.socket.terminate();
        continue;
      }
      connection.alive = false;
      connection.socket.ping();
    }
  }

  /** Ends private channels of tokens that were revoked or ran out, and refills the message budgets. */
  private checkTokens(): void {
    for (const connection of this.connections.values()) {
      if (connection.messageBudget >= 0) connection.messageBudget = MAX_MESSAGES_PER_SECOND;
      if (connection.token === undefined) continue;
      try {
        this.accessTokens.verify(connection.token);
      } catch (error) {
        connection.token = undefined;
        this.setUser(connection, undefined);
        this.leave(connection, [...connection.channels].filter(isPrivate));
        connection.tell({ type: 'error', code: error instanceof AppError ? error.code : 'INTERNAL_ERROR' });
      }
    }
  }
}

function isPrivate(channel: string): boolean {
  return channel === DASHBOARD_CHANNEL || channel === OWN_CHANNEL || channel.startsWith(USER_PREFIX);
}

function mayListen(user: Connection['user'], channel: string): boolean {
  if (!user) return false;
  if (channel === DASHBOARD_CHANNEL) return user.role === 'admin';
  return channel === USER_PREFIX + user.id;
}

function innerChannel(connection: Connection, said: string): string {
  // Ids may be written in either case; what is published carries them in lower case.
  return said === OWN_CHANNEL && connection.user ? USER_PREFIX + connection.user.id : said.toLowerCase();
}
