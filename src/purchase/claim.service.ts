import { Injectable } from '@nestjs/common';
import { commonErrors, type AppError } from '../platform/errors/index.js';
import { Listeners } from '../platform/signals/index.js';
import { Settings } from '../platform/config/index.js';
import { Money } from '../platform/values/index.js';
import { Batcher, type KeyedRequests } from './batching/batcher.js';
import {
  ClaimsRepository,
  isUndone,
  type ClaimDecision,
  type ClaimOutcome,
  type ClaimRequestRow,
  type HoldLimit,
  type Offer,
} from './claims.repository.js';
import type { OrderResponse } from './dto/order.response.js';
import { purchaseErrors } from './purchase.errors.js';
import { KEYED_MEMORY_MS, SoldOutMemory, type GoneItem } from './sold-out-memory.js';

/** Beyond this a batch gains little, and the callers at its front wait longer for those at its end. */
const MAX_BATCH = 500;

/** A batch of this size has most of what a larger one would gain (docs/benchmarks.md). */
const SPLIT_BATCHES_ABOVE = 128;

/** Reading so many takes PostgreSQL 0.5 ms, and it is done ten times a second at most. */
const MAX_REMEMBERED_BUYERS = 1_000;

/** The answer from memory: always the same, and it carries no stack. */
const GONE: ClaimAnswer = { refusal: purchaseErrors.SOLD_OUT() };

export interface Claim {
  userId: string;
  eventItemId: string;
  quantity: number;
  idempotencyKey?: string;
  /** The price that the shopper saw; at another one, nothing is bought. */
  price?: Money;
}

export interface ClaimedOrder {
  order: OrderResponse;
  /** Whether it is the first order of a key that was used before. */
  replayed: boolean;
}

/**
 * A refusal is returned and not thrown: it is what most of a drop's crowd gets, and on its way through Nest's promises
 * a thrown one cost 5 of a request's 45 µs.
 */
export type ClaimAnswer = ClaimedOrder | { refusal: AppError };

/** What became of a batch, told after its commit. */
export interface BatchReport {
  claims: number;
  outcomes: Partial<Record<ClaimOutcome, number>>;
  /** Events of which something was sold. */
  soldOf: ReadonlySet<string>;
  durationMs: number;
}

/** The purchase itself: hands claims to their item's next batch and tells each caller its own answer. */
@Injectable()
export class ClaimService {
  private readonly soldOut = new SoldOutMemory();
  private readonly reports = new Listeners<BatchReport>();
  private readonly claims: Batcher<ClaimRequestRow, ClaimDecision>;
  /** How many claims of each user are being decided here. */
  private readonly asking = new Map<string, number>();
  private readonly holdLimit: HoldLimit | undefined;
  private refusedFromMemory = 0;

  constructor(
    private readonly repository: ClaimsRepository,
    settings: Settings,
  ) {
    const { HOLD_RELEASE_LIMIT: releases, HOLD_RELEASE_WINDOW_SECONDS: windowSeconds } = settings.raw;
    this.holdLimit = releases > 0 ? { releases, windowSeconds } : undefined;
    this.claims = new Batcher({
      decide: (batch) => this.decide(batch),
      isUndone,
      lanes: settings.raw.CLAIM_POOL_SIZE,
      maxBatch: MAX_BATCH,
      splitAbove: SPLIT_BATCHES_ABOVE,
      queueLimit: settings.raw.CLAIM_QUEUE_LIMIT,
      queueFull: () => purchaseErrors.CLAIM_QUEUE_FULL({ retryAfterSeconds: 1 }),
    });
  }

  /** Claims that wait for their batch to start. */
  get waiting(): number {
    return this.claims.waiting;
  }

  /** Claims refused as sold out without asking the database, since the start. */
  get refusedFromMemoryTotal(): number {
    return this.refusedFromMemory;
  }

  /** Calls `listener` after each batch; it must not take long. Returns the way to stop it. */
  onBatch(listener: (report: BatchReport) => void): () => void {
    return this.reports.add(listener);
  }

  /**
   * Reserves units for a shopper. When it returns an order, that order is committed and flushed to disk, its
   * units are off the stock and the shopper is within the item's limit. A claim with a key that was used
   * before returns the first order, as it is now and whatever its price. Runs in a transaction of its own, shared with other claims.
   *
   * @returns an order, or one of SOLD_OUT, EVENT_NOT_LIVE, PRICE_CHANGED, PURCHASE_LIMIT_REACHED,
   *   HOLD_LIMIT_REACHED, EVENT_ITEM_NOT_FOUND, IDEMPOTENCY_KEY_REUSED, ACCOUNT_NOT_ACTIVE
   * @throws CLAIM_QUEUE_FULL, CLAIM_UNCERTAIN
   */
  async claim({ userId, eventItemId, quantity, idempotencyKey, price }: Claim): Promise<ClaimAnswer> {
    const keyed = idempotencyKey !== undefined;
    // A request whose first attempt may be in flight here asks after it.
    const asks = keyed && this.asking.has(userId);
    if (!asks && this.soldOut.refuses(eventItemId, userId, keyed)) {
      this.refusedFromMemory += 1;
      return GONE;
    }
    const decision = await this.ask(eventItemId, { userId, quantity, idempotencyKey, price });
    if (decision.order) return { order: decision.order, replayed: decision.outcome === 'replayed' };
    return { refusal: refusalOf(decision, price) };
  }

  /** Units of the item have come back: ask the database again. */
  noticeReturnedStock(eventItemId: string): void {
    this.soldOut.forget(eventItemId);
  }

  private async ask(eventItemId: string, request: ClaimRequestRow): Promise<ClaimDecision> {
    const { userId } = request;
    this.asking.set(userId, (this.asking.get(userId) ?? 0) + 1);
    try {
      return await this.claims.submit(eventItemId, request);
    } finally {
      const others = (this.asking.get(userId) as number) - 1;
      if (others > 0) this.asking.set(userId, others);
      else this.asking.delete(userId);
    }
  }

  private async decide(batch: KeyedRequests<ClaimRequestRow>[]): Promise<ClaimDecision[][]> {
    const startedAt = performance.now();
    const answers = await this.repository.claimOrders(batch, this.holdLimit).catch((error: unknown) => {
      // Some of it may have been committed.
      for (const { key } of batch) this.soldOut.forget(key);
      throw error;
    });
    batch.forEach(({ key }, index) => this.remember(key, answers[index] as ClaimDecision[]));
    this.reports.tell(reportOf(answers.flat(), performance.now() - startedAt));
    return answers;
  }

  private remember(itemId: string, decisions: ClaimDecision[]): void {
    if (decisions.some(({ outcome }) => outcome === 'granted')) this.soldOut.forget(itemId);
    if (decisions[0]?.offer?.stockRemaining !== 0) return;
    const item = this.soldOut.remember(itemId);
    if (decisions.some(({ outcome }) => outcome === 'sold_out')) void this.readBuyers(itemId, item);
  }

  /** Lets requests with a key be refused from memory too, where the item has not too many buyers to remember. */
  private async readBuyers(itemId: string, item: GoneItem): Promise<void> {
    if (item.buyersAreBeingRead) return;
    item.buyersAreBeingRead = true;
    const askedAt = this.soldOut.now();
    try {
      const users = await this.repository.buyersOfGone(itemId, MAX_REMEMBERED_BUYERS);
      if (users) item.buyers = { users, until: askedAt + KEYED_MEMORY_MS };
    } catch {
      // Then such requests ask the database, as they would have.
    } finally {
      item.buyersAreBeingRead = false;
    }
  }
}

function reportOf(decisions: ClaimDecision[], durationMs: number): BatchReport {
  const outcomes: BatchReport['outcomes'] = {};
  const soldOf = new Set<string>();
  for (const { outcome, offer } of decisions) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (outcome === 'granted') soldOf.add((offer as Offer).eventId);
  }
  return { claims: decisions.length, outcomes, soldOf, durationMs };
}

function refusalOf({ outcome, offer, holdsAgainAt }: ClaimDecision, expected?: Money): AppError {
  if (!offer) return purchaseErrors.EVENT_ITEM_NOT_FOUND();
  switch (outcome) {
    case 'not_live':
      return purchaseErrors.EVENT_NOT_LIVE({ phase: offer.phase, startsAt: offer.startsAt.toISOString() });
    case 'limit_reached':
      return purchaseErrors.PURCHASE_LIMIT_REACHED({ perUserLimit: offer.perUserLimit });
    case 'price_changed':
      return purchaseErrors.PRICE_CHANGED({
        expected,
        actual: Money.of(offer.unitPriceMinor, offer.currency),
      });
    case 'hold_limit_reached':
      return holdLimitReached(holdsAgainAt as Date);
    case 'key_reused':
      return commonErrors.IDEMPOTENCY_KEY_REUSED();
    case 'user_inactive':
      return purchaseErrors.ACCOUNT_NOT_ACTIVE();
    default:
      return purchaseErrors.SOLD_OUT({ stockRemaining: offer.stockRemaining });
  }
}

function holdLimitReached(holdsAgainAt: Date): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil((holdsAgainAt.getTime() - Date.now()) / 1000));
  return purchaseErrors.HOLD_LIMIT_REACHED({ retryAfterSeconds, holdsAgainAt: holdsAgainAt.toISOString() });
}
