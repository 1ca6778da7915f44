import { Injectable } from '@nestjs/common';
import { Listeners, type AppError } from '../common/index.js';
import { Settings } from '../config/index.js';
import { BatchedClaims, type ItemClaims } from './batched-claims.js';
import {
  ClaimsRepository,
  isUndone,
  type ClaimDecision,
  type ClaimOutcome,
  type ClaimRequestRow,
} from './claims.repository.js';
import type { OrderResponse } from './dto/order.response.js';
import { toOrderResponse } from './order-view.js';
import { purchaseErrors } from './purchase.errors.js';
import { SoldOutMemory } from './sold-out-memory.js';

/**
 * Beyond this a batch gains little and the callers at its front wait longer for those at its end: an order costs
 * PostgreSQL 31 µs of processor time in batches of 100 and 25 µs in batches of 500.
 */
export const MAX_BATCH = 500;

export interface Claim {
  userId: string;
  eventItemId: string;
  quantity: number;
  idempotencyKey?: string;
}

/** What became of one item's claims in a batch, told after its commit. */
export interface ClaimReport {
  eventItemId: string;
  /** undefined when there is no such event item. */
  eventId: string | undefined;
  outcomes: Partial<Record<ClaimOutcome, number>>;
  /** Claims of this item; the batch may have held those of others. */
  batchSize: number;
  stockRemaining: number | undefined;
  durationMs: number;
}

/** The purchase itself: hands claims to their item's next batch and tells each caller its own answer. */
@Injectable()
export class ClaimService {
  private readonly soldOut = new SoldOutMemory();
  private readonly reports = new Listeners<ClaimReport>();
  private readonly claims: BatchedClaims<ClaimRequestRow, ClaimDecision>;
  private refusedFromMemory = 0;

  constructor(
    private readonly repository: ClaimsRepository,
    settings: Settings,
  ) {
    this.claims = new BatchedClaims({
      decide: (batch) => this.decide(batch),
      isUndone,
      lanes: settings.raw.CLAIM_POOL_SIZE,
      maxBatch: MAX_BATCH,
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
  onClaims(listener: (report: ClaimReport) => void): () => void {
    return this.reports.add(listener);
  }

  /**
   * Reserves units for a shopper. When it returns an order, that order is committed and flushed to disk, its
   * units are off the stock and the shopper is within the item's limit. A claim with a key that was used
   * before returns the first order, as it is now. Runs in a transaction of its own, shared with other claims.
   *
   * @throws SOLD_OUT, EVENT_NOT_LIVE, PURCHASE_LIMIT_REACHED, EVENT_ITEM_NOT_FOUND, IDEMPOTENCY_KEY_REUSED,
   *   ACCOUNT_NOT_ACTIVE, CLAIM_QUEUE_FULL, CLAIM_UNCERTAIN
   */
  async claim({ userId, eventItemId, quantity, idempotencyKey }: Claim): Promise<{
    order: OrderResponse;
    replayed: boolean;
  }> {
    // A claim with a key may be a replay, to which "sold out" would be a lie.
    if (idempotencyKey === undefined && this.soldOut.has(eventItemId)) {
      this.refusedFromMemory += 1;
      throw purchaseErrors.SOLD_OUT();
    }
    const decision = await this.claims.claim(eventItemId, { userId, quantity, idempotencyKey });
    if (decision.order)
      return { order: toOrderResponse(decision.order), replayed: decision.outcome === 'replayed' };
    throw refusal(decision);
  }

  /** Units of the item have come back: ask the database again. */
  noticeReturnedStock(eventItemId: string): void {
    this.soldOut.forget(eventItemId);
  }

  private async decide(batch: ItemClaims<ClaimRequestRow>[]): Promise<ClaimDecision[][]> {
    const startedAt = performance.now();
    const answers = await this.repository.claimOrders(batch);
    const durationMs = performance.now() - startedAt;
    batch.forEach(({ itemId }, index) => this.report(itemId, answers[index] as ClaimDecision[], durationMs));
    return answers;
  }

  private report(eventItemId: string, decisions: ClaimDecision[], durationMs: number): void {
    const offer = decisions[0]?.offer;
    if (offer?.stockRemaining === 0) this.soldOut.remember(eventItemId);
    this.reports.tell({
      eventItemId,
      eventId: offer?.eventId,
      outcomes: countOutcomes(decisions),
      batchSize: decisions.length,
      stockRemaining: offer?.stockRemaining,
      durationMs,
    });
  }
}

function countOutcomes(decisions: ClaimDecision[]): ClaimReport['outcomes'] {
  const counts: ClaimReport['outcomes'] = {};
  for (const { outcome } of decisions) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function refusal({ outcome, offer }: ClaimDecision): AppError {
  if (!offer) return purchaseErrors.EVENT_ITEM_NOT_FOUND();
  switch (outcome) {
    case 'not_live':
      return purchaseErrors.EVENT_NOT_LIVE({ phase: offer.phase, startsAt: offer.startsAt.toISOString() });
    case 'limit_reached':
      return purchaseErrors.PURCHASE_LIMIT_REACHED({ perUserLimit: offer.perUserLimit });
    case 'key_reused':
      return purchaseErrors.IDEMPOTENCY_KEY_REUSED();
    case 'user_inactive':
      return purchaseErrors.ACCOUNT_NOT_ACTIVE();
    default:
      return purchaseErrors.SOLD_OUT({ stockRemaining: offer.stockRemaining });
  }
}
