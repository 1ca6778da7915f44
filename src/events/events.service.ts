import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { LRUCache } from 'lru-cache';
import { CatalogService } from '../catalog/index.js';
import { AppError } from '../platform/errors/index.js';
import { decodeCursor, toPage, type Page } from '../platform/http/index.js';
import { isInstant, newId, SharedReads } from '../platform/values/index.js';
import { Settings } from '../platform/config/index.js';
import { DatabaseSignals } from '../platform/signals/index.js';
import { type Transaction } from '../platform/database/index.js';
import type { CreateEventRequest, EventItemRequest } from './dto/create-event.request.js';
import type { EventDefaultsResponse } from './dto/event-defaults.response.js';
import type { EventResponse } from './dto/event.response.js';
import type { ListEventsQuery } from './dto/list-events.query.js';
import type { UpdateEventRequest } from './dto/update-event.request.js';
import { assertConsistent } from './event-rules.js';
import { allows, isEditable } from './event-states.js';
import { EVENTS_CHANGED } from './event-transitions.js';
import { eventErrors } from './events.errors.js';
import { DropClosed, DropOpened } from './events.messages.js';
import {
  EventsRepository,
  type EventFields,
  type EventItemFields,
  type EventOnSale,
  type EventView,
  type LockedEvent,
} from './events.repository.js';

const MAX_KNOWN_IDS = 10_000;

/**
 * The drops. What changes one takes the caller's transaction, sends the `events_changed` signal with its
 * commit, and decides by the database's clock after the event's rows are locked.
 */
@Injectable()
export class EventsService {
  // Thousands read a drop's page at once, and all see the same.
  private readonly eventReads = new SharedReads<EventResponse>();
  private readonly listReads = new SharedReads<Page<EventResponse>>();
  private readonly knownIds = new LRUCache<string, true>({ max: MAX_KNOWN_IDS });

  constructor(
    private readonly events: EventsRepository,
    private readonly catalog: CatalogService,
    private readonly signals: DatabaseSignals,
    private readonly settings: Settings,
  ) {}

  /**
   * Whether there is such an event; true if the database cannot be asked. Events are never deleted, so a crowd that loads
   * a drop's page costs one query.
   */
  async exists(id: string): Promise<boolean> {
    if (this.knownIds.has(id)) return true;
    try {
      await this.get(id);
    } catch (error) {
      return !(error instanceof AppError && error.code === 'EVENT_NOT_FOUND');
    }
    this.knownIds.set(id, true);
    return true;
  }

  /** What an event gets where a request says nothing. */
  defaults(): EventDefaultsResponse {
    return { reservationTtlSeconds: this.settings.raw.RESERVATION_TTL_SECONDS };
  }

  /**
   * Schedules an event; one whose start has passed is live at once.
   * @throws what `assertConsistent` does; UNKNOWN_ITEM
   */
  async create(transaction: Transaction, input: CreateEventRequest): Promise<EventResponse> {
    assertConsistent(input, await this.events.databaseTime(transaction));
    await this.assertItemsKnown(transaction, input.items);
    const id = newId();
    await this.events.insert(transaction, id, this.fields(input));
    await this.events.replaceItems(transaction, id, itemFields(input.items));
    return this.finish(transaction, id);
  }

  /**
   * Replaces a locked event. Of two edits that read the same version one wins.
   * @param expectedVersion of the `If-Match` header; undefined without one
   * @throws EVENT_NOT_FOUND; EVENT_NOT_EDITABLE, before IF_MATCH_REQUIRED, before EVENT_CHANGED; then as `create`
   */
  async update(
    transaction: Transaction,
    id: string,
    expectedVersion: number | undefined,
    input: UpdateEventRequest,
  ): Promise<EventResponse> {
    const event = await this.lock(transaction, id);
    if (!isEditable(event.status)) throw eventErrors.EVENT_NOT_EDITABLE({ eventStatus: event.status });
    if (expectedVersion === undefined) throw eventErrors.IF_MATCH_REQUIRED();
    if (expectedVersion !== event.version) throw eventErrors.EVENT_CHANGED({ version: event.version });
    assertConsistent(input, event.at);
    await this.assertItemsKnown(transaction, input.items);
    await this.events.update(transaction, id, this.fields(input));
    await this.events.replaceItems(transaction, id, itemFields(input.items));
    return this.finish(transaction, id);
  }

  /**
   * Opens a locked event before its start; it keeps its end.
   * @throws EVENT_NOT_FOUND, EVENT_NOT_LOCKED
   */
  async forceOpen(transaction: Transaction, id: string, actorId: string): Promise<EventResponse> {
    const event = await this.lock(transaction, id);
    if (!allows('forceOpen', event.status)) throw eventErrors.EVENT_NOT_LOCKED({ eventStatus: event.status });
    await this.events.markForceOpened(transaction, id, event.at, actorId);
    transaction.publish(DropOpened, { eventId: id, openedAt: event.at.toISOString(), forced: true });
    return this.finish(transaction, id);
  }

  /**
   * Closes an event for good. Every claim is either committed before or refused after.
   * @throws EVENT_NOT_FOUND, EVENT_ALREADY_CLOSED
   */
  async forceClose(transaction: Transaction, id: string, actorId: string): Promise<EventResponse> {
    const event = await this.lock(transaction, id);
    if (!allows('forceClose', event.status)) throw eventErrors.EVENT_ALREADY_CLOSED();
    await this.events.markForceClosed(transaction, id, event.at, actorId);
    transaction.publish(DropClosed, { eventId: id, closedAt: event.at.toISOString(), forced: true });
    return this.finish(transaction, id);
  }

  /**
   * @param transaction to see what it wrote so far
   * @throws EVENT_NOT_FOUND
   */
  get(id: string, transaction?: Transaction): Promise<EventResponse> {
    return transaction ? this.read(id, transaction) : this.eventReads.read(id, () => this.read(id));
  }

  /**
   * Reads the events in one of these states: soonest end first if all of them are on sale, soonest start first
   * if all are locked, else latest start first.
   * @throws INVALID_CURSOR
   */
  async list({ status, limit, cursor }: ListEventsQuery): Promise<Page<EventResponse>> {
    const position = decodeCursor(cursor, [isInstant, isUUID]);
    const after = position && { instant: position[0], id: position[1] };
    return this.listReads.read(JSON.stringify([status, limit, cursor]), async () => {
      const rows = await this.events.page(status, after, limit + 1);
      return toPage(rows, limit, (event) => [event.position, event.id], toResponse);
    });
  }

  /** Reads which events are live or sold out, at most `limit`, the soonest end first. */
  onSale(limit: number): Promise<EventOnSale[]> {
    return this.events.onSale(limit);
  }

  private async read(id: string, transaction?: Transaction): Promise<EventResponse> {
    const event = await this.events.find(id, transaction);
    if (!event) throw eventErrors.EVENT_NOT_FOUND();
    return toResponse(event);
  }

  private async lock(transaction: Transaction, id: string): Promise<LockedEvent> {
    const event = await this.events.lockWithItems(transaction, id);
    if (!event) throw eventErrors.EVENT_NOT_FOUND();
    return event;
  }

  private async finish(transaction: Transaction, id: string): Promise<EventResponse> {
    await this.signals.send(transaction, EVENTS_CHANGED, id);
    return this.get(id, transaction);
  }

  private async assertItemsKnown(
    transaction: Transaction,
    items: readonly EventItemRequest[],
  ): Promise<void> {
    const known = await this.catalog.findExisting(
      transaction,
      items.map(({ itemId }) => itemId),
    );
    const errors = items.flatMap(({ itemId }, index) => {
      const field = `items.${index}.itemId`;
      return known.has(itemId) ? [] : [{ field, message: `${field} is not in the catalogue` }];
    });
    if (errors.length > 0) throw eventErrors.UNKNOWN_ITEM({ errors });
  }

  private fields(input: CreateEventRequest): EventFields {
    return {
      title: input.title,
      description: input.description ?? '',
      // In the milliseconds that were checked: PostgreSQL rounds finer fractions, which could make the start the end.
      startsAt: new Date(input.startsAt).toISOString(),
      endsAt: new Date(input.endsAt).toISOString(),
      reservationTtlSeconds: input.reservationTtlSeconds ?? this.defaults().reservationTtlSeconds,
    };
  }
}

function itemFields(items: readonly EventItemRequest[]): EventItemFields[] {
  return items.map(({ itemId, price, stock, perUserLimit }) => ({
    id: newId(),
    itemId,
    priceMinor: price.amount,
    currency: price.currency,
    stock,
    perUserLimit: perUserLimit ?? 1,
  }));
}

function toResponse(event: EventView): EventResponse {
  return {
    id: event.id,
    title: event.title,
    description: event.description,
    status: event.status,
    startsAt: event.startsAt.toISOString(),
    endsAt: event.endsAt.toISOString(),
    openedAt: event.openedAt?.toISOString() ?? null,
    closedAt: event.closedAt?.toISOString() ?? null,
    soldOutAt: event.soldOutAt?.toISOString() ?? null,
    reservationTtlSeconds: event.reservationTtlSeconds,
    version: event.version,
    serverTime: event.at.toISOString(),
    items: event.items,
  };
}
