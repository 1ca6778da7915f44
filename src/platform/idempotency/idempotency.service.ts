import { Injectable } from '@nestjs/common';
import { commonErrors } from '../errors/index.js';
import { newId } from '../values/index.js';
import { Database, type Transaction } from '../database/index.js';
import { IdempotencyRepository, type EarlierRequest } from './idempotency.repository.js';
import type { KeyedRequest } from './keyed-request.js';

/** Above the largest answer that a request can lead to: a drop of 50 items with the longest descriptions. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Lets a request that is sent again with its Idempotency-Key act once. Only what succeeded is remembered: a refused
 * request may be sent again, and is decided anew.
 */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly records: IdempotencyRepository,
  ) {}

  /**
   * Runs `work` in one transaction and keeps its answer there, so that there is no effect without its record. The
   * same request again waits for the first and gets its answer.
   * @throws IDEMPOTENCY_KEY_REUSED; what `work` throws
   */
  inTransaction<T>(
    userId: string,
    request: KeyedRequest | undefined,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (transaction) => {
      if (!request) return work(transaction);
      const earlier = await this.records.claim(userId, request, null, transaction);
      if (earlier) return replay<T>(earlier, request);
      const answer = await work(transaction);
      await this.records.complete(userId, request.key, storable(answer), transaction);
      return answer;
    });
  }

  /**
   * Runs `work` for an effect in a store that shares no transaction with PostgreSQL. The id of what `work` makes is
   * committed first, and every repetition gets the same one; so `work` must add nothing where that id is there
   * already. A crash at any point then leaves nothing, or one thing that the next repetition finds.
   * @throws IDEMPOTENCY_KEY_REUSED; what `work` throws
   */
  async elsewhere<T>(
    userId: string,
    request: KeyedRequest | undefined,
    work: (resourceId: string, isRepeated: boolean) => Promise<T>,
  ): Promise<T> {
    if (!request) return work(newId(), false);
    const ownId = newId();
    const earlier = await this.records.claim(userId, request, ownId);
    if (earlier && (earlier.answer !== null || earlier.resourceId === null))
      return replay<T>(earlier, request);
    if (earlier) assertSame(earlier, request);
    const answer = await work(earlier?.resourceId ?? ownId, earlier !== undefined);
    await this.records.complete(userId, request.key, storable(answer));
    return answer;
  }

  /**
   * Records the key with the caller's transaction, without an answer: for answers that hold secrets.
   * @throws IDEMPOTENCY_KEY_REUSED
   */
  async record(transaction: Transaction, userId: string, request: KeyedRequest | undefined): Promise<void> {
    if (!request) return;
    const earlier = await this.records.claim(userId, request, null, transaction);
    if (earlier) assertSame(earlier, request);
  }

  /** Tells whether this request was recorded before. @throws IDEMPOTENCY_KEY_REUSED */
  async isRecorded(userId: string, request: KeyedRequest): Promise<boolean> {
    const earlier = await this.records.find(userId, request.key);
    if (earlier) assertSame(earlier, request);
    return earlier !== undefined;
  }
}

function replay<T>(earlier: EarlierRequest, request: KeyedRequest): T {
  assertSame(earlier, request);
  request.replayed();
  return earlier.answer as T;
}

function assertSame({ requestHash }: EarlierRequest, { hash }: KeyedRequest): void {
  if (!requestHash.equals(hash)) throw commonErrors.IDEMPOTENCY_KEY_REUSED();
}

function storable(answer: unknown): string {
  const json = JSON.stringify(answer);
  if (Buffer.byteLength(json) > MAX_ANSWER_BYTES) throw new Error('the answer is too large to be kept');
  return json;
}
