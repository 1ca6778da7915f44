import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { mongo, Mongoose, type Connection, type Model } from 'mongoose';
import { ReviewStoreHealth } from './review-store-health.js';
import { reviewSchema, type ReviewDocument } from './review.schema.js';
import { reviewErrors } from './reviews.errors.js';
import { threadSchema, type ThreadDocument } from './thread.schema.js';

/** What a request waits for MongoDB at most, all told; the promise is an answer within a second. */
const DEADLINE_MS = 700;
/** The server gives a command up after this; sent with every one. */
export const MAX_TIME_MS = 600;
const RETRY_AFTER_MS = 1_000;
/** In the moment of a loss every request under way fails; one line says it for all. */
const COMPLAIN_EVERY_MS = 1_000;

const CONNECT_OPTIONS = {
  appName: 'swiftdrop',
  serverSelectionTimeoutMS: 500,
  connectTimeoutMS: 800,
  waitQueueTimeoutMS: 500,
  // How soon a lost server is noticed, and a returned one found, while nobody asks for it.
  heartbeatFrequencyMS: 1_000,
  maxPoolSize: 20,
  writeConcern: { w: 'majority', wtimeoutMS: MAX_TIME_MS },
  autoIndex: false,
  autoCreate: false,
} as const;

/** MongoDB's codes for "not now": time-outs, failed majorities, elections, shut-downs, refused log-ins. */
const NOT_NOW = new Set([
  13, 18, 50, 64, 89, 91, 100, 189, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436,
]);

/**
 * The way to MongoDB. Nothing waits for it at boot: it connects and makes its indexes in the background and
 * tries again until both are done. Later losses are mended by the driver, which keeps looking.
 */
export class MongoConnection extends ReviewStoreHealth implements OnModuleInit, OnApplicationShutdown {
  readonly kind = 'mongodb';
  readonly reviews: Model<ReviewDocument>;
  readonly threads: Model<ThreadDocument>;

  private readonly logger = new Logger('MongoDB');
  /** An instance of its own: these settings are nobody else's. */
  private readonly mongoose = new Mongoose({
    bufferCommands: false,
    sanitizeFilter: true,
    strictQuery: 'throw',
  });
  private readonly connection: Connection = this.mongoose.createConnection();
  private readonly closing = new AbortController();
  private opening: Promise<void> | undefined;
  private indexed = false;
  private lastComplaint = -Infinity;

  constructor(
    private readonly uri: string,
    private readonly databaseName: string,
  ) {
    super();
    this.reviews = this.connection.model<ReviewDocument>('Review', reviewSchema, 'reviews');
    this.threads = this.connection.model<ThreadDocument>('Thread', threadSchema, 'comment_threads');
    this.connection.on('disconnected', () => {
      if (this.indexed && !this.closing.signal.aborted)
        this.logger.warn('MongoDB is lost; reviews and comments answer 503 until it is back.');
    });
    this.connection.on('reconnected', () => this.logger.log('MongoDB is back.'));
    // Failures are reported where they are met; unheard, the event would end the process.
    this.connection.on('error', () => undefined);
  }

  onModuleInit(): void {
    void this.keepOpening();
  }

  /** After the HTTP server has finished its requests. */
  async onApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.connection.close(true);
  }

  status(): 'up' | 'down' {
    return this.indexed && this.connection.readyState === this.mongoose.STATES.connected ? 'up' : 'down';
  }

  async ping(): Promise<void> {
    await this.run(() => this.connection.db!.command({ ping: 1, maxTimeMS: MAX_TIME_MS }));
  }

  /**
   * Runs a query. While MongoDB is known to be away this fails at once, so an outage costs no waiting.
   * @throws REVIEWS_UNAVAILABLE within a second
   */
  async run<T>(query: () => Promise<T>): Promise<T> {
    const timer = new AbortController();
    const deadline = delay(DEADLINE_MS, undefined, { signal: timer.signal, ref: false }).then(() => {
      timer.abort();
      throw new NoAnswerError(`no answer within ${DEADLINE_MS} ms`);
    });
    try {
      return await Promise.race([this.whenOpen(query, timer.signal), deadline]);
    } catch (error) {
      throw this.translate(error);
    } finally {
      timer.abort();
    }
  }

  private async whenOpen<T>(query: () => Promise<T>, tooLate: AbortSignal): Promise<T> {
    await this.opening;
    // Who has been answered must not write after all.
    if (tooLate.aborted || this.status() === 'down')
      throw reviewErrors.REVIEWS_UNAVAILABLE({ retryAfterSeconds: 1 });
    return query();
  }

  private translate(error: unknown): unknown {
    if (!isNotNow(error)) return error;
    const now = performance.now();
    if (now - this.lastComplaint > COMPLAIN_EVERY_MS) {
      this.lastComplaint = now;
      this.logger.warn(`A query failed: ${error.message}`);
    }
    return reviewErrors.REVIEWS_UNAVAILABLE({ retryAfterSeconds: 1 });
  }

  private async keepOpening(): Promise<void> {
    let failures = 0;
    while (!this.closing.signal.aborted && !this.indexed) {
      this.opening = this.open().catch((error: Error) => {
        if (failures++ === 0)
          this.logger.warn(`MongoDB cannot be used yet; reviews and comments answer 503: ${error.message}`);
      });
      await this.opening;
      this.opening = undefined;
      if (!this.indexed)
        await delay(RETRY_AFTER_MS, undefined, { signal: this.closing.signal, ref: false }).catch(
          () => undefined,
        );
    }
  }

  private async open(): Promise<void> {
    if (this.connection.readyState !== this.mongoose.STATES.connected)
      await this.connection.openUri(this.uri, { ...CONNECT_OPTIONS, dbName: this.databaseName });
    await this.reviews.createIndexes();
    await this.threads.createIndexes();
    this.indexed = true;
    this.logger.log('MongoDB is connected.');
  }
}

class NoAnswerError extends Error {}

/** Whether a failure is MongoDB's absence rather than a fault of the query. */
function isNotNow(error: unknown): error is Error {
  if (error instanceof mongo.MongoServerError)
    return (
      error instanceof mongo.MongoWriteConcernError ||
      error.hasErrorLabel('RetryableWriteError') ||
      error.hasErrorLabel('RetryableError') ||
      NOT_NOW.has(Number(error.code))
    );
  return (
    error instanceof mongo.MongoError ||
    error instanceof NoAnswerError ||
    // What mongoose throws itself when its connection closed under the query; its subclasses are faults.
    (error instanceof Error && error.name === 'MongooseError')
  );
}
