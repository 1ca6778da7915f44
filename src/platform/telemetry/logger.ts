import type { LoggerService } from '@nestjs/common';
import { pino, type Level, type Logger as Pino } from 'pino';
import pretty from 'pino-pretty';
import type { Settings } from '../config/index.js';
import { isUnavailable } from '../errors/index.js';

/** What Nest tells of its own boot: sixty lines that would bury the banner. */
const NEST_BOOT_CONTEXTS = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Lines that may carry a secret although nobody meant them to. */
const SECRET_PATHS = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
];

/** Warnings and errors of one context in one second, so that an outage does not become a flood of lines. */
const LINES_PER_SECOND = 20;

/** Lines for people in development, JSON in production, nothing at LOG_LEVEL=silent. */
export function createLogger(settings: Settings, destination?: NodeJS.WritableStream): Pino {
  const options = {
    level: settings.raw.LOG_LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
    redact: {
      paths: SECRET_PATHS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
  };
  if (settings.isProduction) return destination ? pino(options, destination) : pino(options);
  // In this thread and synchronously: a worker would lose the last lines before an exit.
  return pino(
    options,
    pretty({
      sync: true,
      colorize: destination === undefined && process.stdout.isTTY === true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'context',
      messageFormat: '{if context}{context}: {end}{msg}',
      ...(destination && { destination }),
    }),
  );
}

/**
 * What a log may tell of an error. Drivers hang queries, their parameters and the rows that collided on
 * their errors, and with them password hashes and addresses; so only these members pass.
 */
export function serializeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint, cause } = error as Error & { code?: unknown; constraint?: unknown };
  return {
    type: error.constructor.name,
    message: error.message,
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    // Where we were when the database went away tells nothing, and an outage says it again and again.
    ...(!isUnavailable(error) && { stack: error.stack ?? '' }),
    ...(cause instanceof Error && { cause: serializeError(cause) }),
  };
}

/** Nest's logger on pino. Messages may be text, an error, or an object such as `{ err, msg, orderId }`. */
export class NestLogger implements LoggerService {
  private readonly budgets = new Map<string, LineBudget>();

  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    const isNestBoot = typeof context === 'string' && NEST_BOOT_CONTEXTS.has(context);
    this.write(isNestBoot ? 'debug' : 'info', message, parameters);
  }
  error(message: unknown, ...parameters: unknown[]): void {
    this.write('error', message, parameters);
  }
  warn(message: unknown, ...parameters: unknown[]): void {
    this.write('warn', message, parameters);
  }
  debug(message: unknown, ...parameters: unknown[]): void {
    this.write('debug', message, parameters);
  }
  verbose(message: unknown, ...parameters: unknown[]): void {
    this.write('trace', message, parameters);
  }
  fatal(message: unknown, ...parameters: unknown[]): void {
    this.write('fatal', message, parameters);
  }

  private write(level: Level, message: unknown, parameters: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = typeof parameters.at(-1) === 'string' ? (parameters.at(-1) as string) : undefined;
    if ((level === 'warn' || level === 'error') && !this.mayWrite(context ?? '')) return;
    if (message instanceof Error) this.pino[level]({ context, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) this.pino[level]({ context, ...message });
    else {
      const err = parameters.find((parameter) => parameter instanceof Error);
      const stack = parameters.find((text) => typeof text === 'string' && text.includes('\n    at '));
      this.pino[level]({ context, ...(err ? { err } : stack ? { stack } : {}) }, String(message));
    }
  }

  private mayWrite(context: string): boolean {
    const second = Math.floor(Date.now() / 1000);
    const budget = this.budgets.get(context);
    if (!budget || budget.second !== second) {
      if (budget && budget.leftOut > 0)
        this.pino.warn({ context }, `${budget.leftOut} more lines were left out`);
      this.budgets.set(context, { second, written: 1, leftOut: 0 });
      return true;
    }
    if (budget.written++ < LINES_PER_SECOND) return true;
    budget.leftOut++;
    return false;
  }
}

interface LineBudget {
  second: number;
  written: number;
  leftOut: number;
}
