import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { decodeCursor, toPage, type Page } from '../platform/http/index.js';
import { Listeners } from '../platform/signals/index.js';
import { Database, type Transaction } from '../platform/database/index.js';
import { Settings } from '../platform/config/index.js';
import { Batcher, type KeyedRequests } from './batching/batcher.js';
import { ClaimService } from './claim.service.js';
import { isUndone } from './claims.repository.js';
import type { ListOwnOrdersQuery } from './dto/list-own-orders.query.js';
import type { ListedOrderResponse, OrderResponse } from './dto/order.response.js';
import { toListedOrderResponse, toOrderResponse, type OrderView } from './order-view.js';
import {
  OrdersRepository,
  type OwnOrder,
  type ReleasedOrder,
  type Resolution,
  type ResolvingAct,
  type ReturnedStock,
} from './orders.repository.js';
import { purchaseErrors } from './purchase.errors.js';

/** One transaction holds at most so many order locks, so that confirming shoppers never wait long. */
export const RELEASE_BATCH = 500;

/** Ids are fetched so many at a time; a drop's reservations may be more than fit in memory. */
const RELEASE_SCAN = 20 * RELEASE_BATCH;

/** So many batches of confirming shoppers, and as many of cancelling ones, are with the database at once. */
const RESOLVING_LANES = 2;

/** A larger batch gains little, and holds its orders' locks for longer. */
const MAX_RESOLVED = 200;

/** An order that was confirmed, cancelled or expired. */
export interface OrderChange {
  orderId: string;
  userId: string;
  eventId: string;
}

/** An order with the user whose it is. */
export interface OwnedOrder {
  userId: string;
  order: OrderResponse;
}

/** As many orders as one look for notices may fetch. */
const MAX_NOTICED_ORDERS = 1_000;

/**
 * What becomes of orders once they are claimed. Each reservation is resolved exactly once, whoever races:
 * every change is conditional on the order's state, under its row lock. Units come back in the
 * transaction that releases the order.
 */
@Injectable()
export class OrdersService {
  private readonly changes = new Listeners<readonly OrderChange[]>();

  private readonly resolving: Record<ResolvingAct, Batcher<OwnOrder, Resolution>>;

  constructor(
    private readonly database: Database,
    private readonly orders: OrdersRepository,
    private readonly claims: ClaimService,
    settings: Settings,
  ) {
    const { CLAIM_QUEUE_LIMIT } = settings.raw;
    this.resolving = {
      confirm: this.batcher('confirm', CLAIM_QUEUE_LIMIT),
      cancel: this.batcher('cancel', CLAIM_QUEUE_LIMIT),
    };
  }

  /** Calls `listener` after orders were resolved and committed. Returns the way to stop it. */
  onChanged(listener: (changes: readonly OrderChange[]) => void): () => void {
    return this.changes.add(listener);
  }

  /**
   * Makes the shopper's reservation a purchase, in a transaction shared with others who confirm. Idempotent: an order that
   * the shopper has confirmed is answered as it is, so a repetition after a lost answer accuses nobody.
   * @throws ORDER_NOT_FOUND, ORDER_NOT_RESERVED, RESERVATION_EXPIRED, CLAIM_QUEUE_FULL
   */
  confirm(userId: string, orderId: string): Promise<OrderResponse> {
    return this.resolve('confirm', { userId, orderId });
  }

  /**
   * Gives the shopper's reservation up and its units back, in a transaction shared with others who cancel. Idempotent,
   * as confirming is.
   * @throws ORDER_NOT_FOUND, ORDER_NOT_RESERVED, RESERVATION_EXPIRED, CLAIM_QUEUE_FULL
   */
  cancel(userId: string, orderId: string): Promise<OrderResponse> {
    return this.resolve('cancel', { userId, orderId });
  }

  /**
   * Reads the shopper's orders, in all events or in one, standing or not, newest first.
   * @throws INVALID_CURSOR
   */
  async history(
    userId: string,
    { limit, cursor, eventId, standing }: ListOwnOrdersQuery,
  ): Promise<Page<ListedOrderResponse>> {
    const key = decodeCursor(cursor, [(part) => isUUID(part)]);
    const rows = await this.orders.listOfUser(userId, limit + 1, { beforeId: key?.[0], eventId, standing });
    return toPage(rows, limit, ({ id }) => [id], toListedOrderResponse);
  }

  /** One of the shopper's orders. @throws ORDER_NOT_FOUND (also for another's order) */
  async ownOrder(userId: string, orderId: string): Promise<OrderResponse> {
    const order = await this.orders.findOfUser(userId, orderId);
    if (!order) throw purchaseErrors.ORDER_NOT_FOUND();
    return toOrderResponse(order);
  }

  /** The users' open reservations; those whose time is nearest come first. */
  async openReservations(userIds: readonly string[], withinSeconds?: number): Promise<OwnedOrder[]> {
    return (await this.orders.openReservations(userIds, withinSeconds, MAX_NOTICED_ORDERS)).map(toOwned);
  }

  async byIds(orderIds: readonly string[]): Promise<OwnedOrder[]> {
    return (await this.orders.byIds(orderIds)).map(toOwned);
  }

  /** Whether the user has bought the catalog item, in whatever event. */
  hasConfirmedOrder(userId: string, catalogItemId: string): Promise<boolean> {
    return this.orders.hasConfirmedOrder(userId, catalogItemId);
  }

  /**
   * Cancels what is still reserved in an event that was closed by force, in bounded transactions of its own;
   * call it after the closing has been committed, for then no new reservation can come. May be repeated, and
   * may run in several instances at once.
   * @returns how many reservations it released.
   */
  async releaseReservationsOf(eventId: string): Promise<number> {
    let released = 0;
    for (;;) {
      const ids = await this.orders.openReservationsOf(eventId, RELEASE_SCAN);
      for (let start = 0; start < ids.length; start += RELEASE_BATCH)
        released += await this.release((transaction) =>
          this.orders.cancelForClosedEvent(transaction, ids.slice(start, start + RELEASE_BATCH)),
        );
      if (ids.length < RELEASE_SCAN) return released;
    }
  }

  /**
   * Expires one bounded batch of reservations whose time is over, in a transaction of its own.
   * @returns how many; RELEASE_BATCH means that there may be more.
   */
  expireDue(): Promise<number> {
    return this.release((transaction) => this.orders.expireDue(transaction, RELEASE_BATCH));
  }

  private async release(take: (transaction: Transaction) => Promise<ReleasedOrder[]>): Promise<number> {
    const [released, returned] = await this.database.transaction(async (transaction) => {
      const orders = await take(transaction);
      return [orders, orders.length > 0 ? await this.orders.returnStock(transaction, orders) : []] as const;
    });
    this.noticeReturned(returned);
    const eventIds = new Map(returned.map(({ eventItemId, eventId }) => [eventItemId, eventId]));
    this.tellChanged(
      released.map(({ orderId, userId, eventItemId }) => ({
        orderId,
        userId,
        eventId: eventIds.get(eventItemId) as string,
      })),
    );
    return released.length;
  }

  private tellChanged(changes: readonly OrderChange[]): void {
    if (changes.length > 0) this.changes.tell(changes);
  }

  private noticeReturned(returned: readonly ReturnedStock[]): void {
    for (const { eventItemId } of returned) this.claims.noticeReturnedStock(eventItemId);
  }

  private batcher(act: ResolvingAct, queueLimit: number): Batcher<OwnOrder, Resolution> {
    return new Batcher({
      decide: (batch) => this.resolveBatch(act, batch),
      isUndone,
      lanes: RESOLVING_LANES,
      maxBatch: MAX_RESOLVED,
      splitAbove: MAX_RESOLVED,
      queueLimit,
      queueFull: () => purchaseErrors.CLAIM_QUEUE_FULL({ retryAfterSeconds: 1 }),
    });
  }

  private async resolve(act: ResolvingAct, request: OwnOrder): Promise<OrderResponse> {
    const resolution = await this.resolving[act].submit(request.orderId, request);
    if (resolution.outcome === 'unknown') throw purchaseErrors.ORDER_NOT_FOUND();
    const order = toOrderResponse(resolution.order);
    switch (resolution.outcome) {
      case 'overdue':
        throw purchaseErrors.RESERVATION_EXPIRED({ order });
      case 'not_reserved':
        throw purchaseErrors.ORDER_NOT_RESERVED({
          order,
          ...(resolution.eventForceClosed && {
            detail: 'The event was closed and its reservations are given back.',
          }),
        });
      default:
        return order;
    }
  }

  /** Resolves a batch, each key an order, and tells the listeners of it after the commit. */
  private async resolveBatch(act: ResolvingAct, batch: KeyedRequests<OwnOrder>[]): Promise<Resolution[][]> {
    const requests = batch.flatMap((one) => one.requests);
    const resolutions = await this.orders.resolve(act, requests);
    const changes = new Map<string, OrderChange>();
    resolutions.forEach((resolution, index) => {
      if (resolution.outcome !== 'done') return;
      const { id, eventId, eventItemId } = resolution.order;
      if (act === 'cancel') this.claims.noticeReturnedStock(eventItemId);
      changes.set(id, { orderId: id, userId: (requests[index] as OwnOrder).userId, eventId });
    });
    this.tellChanged([...changes.values()]);
    let start = 0;
    return batch.map((one) => resolutions.slice(start, (start += one.requests.length)));
  }
}

function toOwned({ userId, view }: { userId: string; view: OrderView }): OwnedOrder {
  return { userId, order: toOrderResponse(view) };
}
