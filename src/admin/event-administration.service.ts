import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import {
  EventsService,
  type CreateEventRequest,
  type EventDefaultsResponse,
  type EventResponse,
  type UpdateEventRequest,
} from '../events/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import { AuditService } from '../audit/index.js';
import type { AdminEventResponse, ForcedActResponse } from './dto/admin-event.response.js';
import { EventTraceRepository } from './event-trace.repository.js';

/** Acts on drops. Each runs in one transaction with its audit entry. */
@Injectable()
export class EventAdministration {
  constructor(
    private readonly database: Database,
    private readonly events: EventsService,
    private readonly traces: EventTraceRepository,
    private readonly users: UserDirectory,
    private readonly audit: AuditService,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** @throws what EventsService.create throws; IDEMPOTENCY_KEY_REUSED */
  create(adminId: string, input: CreateEventRequest, keyed?: KeyedRequest): Promise<EventResponse> {
    return this.idempotency.inTransaction(adminId, keyed, async (transaction) => {
      const event = await this.events.create(transaction, input);
      await this.audit.record(transaction, adminId, 'event.created', event.id, summaryOf(event));
      return event;
    });
  }

  /** @throws what EventsService.update throws */
  update(
    adminId: string,
    id: string,
    expectedVersion: number | undefined,
    input: UpdateEventRequest,
  ): Promise<EventResponse> {
    return this.database.transaction(async (transaction) => {
      const event = await this.events.update(transaction, id, expectedVersion, input);
      await this.audit.record(transaction, adminId, 'event.updated', id, summaryOf(event));
      return event;
    });
  }

  defaults(): EventDefaultsResponse {
    return this.events.defaults();
  }

  /** @throws EVENT_NOT_FOUND, EVENT_NOT_LOCKED */
  async open(adminId: string, id: string): Promise<AdminEventResponse> {
    await this.database.transaction(async (transaction) => {
      const { title } = await this.events.forceOpen(transaction, id, adminId);
      await this.audit.record(transaction, adminId, 'event.force_opened', id, { title });
    });
    return this.get(id);
  }

  /**
   * Closes the event for good. A job gives back the stock of unconfirmed reservations right after the commit.
   * @throws EVENT_NOT_FOUND, EVENT_ALREADY_CLOSED
   */
  async close(adminId: string, id: string): Promise<AdminEventResponse> {
    await this.database.transaction(async (transaction) => {
      const { title } = await this.events.forceClose(transaction, id, adminId);
      await this.audit.record(transaction, adminId, 'event.force_closed', id, { title });
    });
    return this.get(id);
  }

  /** @throws EVENT_NOT_FOUND */
  async get(id: string): Promise<AdminEventResponse> {
    const event = await this.events.get(id);
    const trace = await this.traces.find(id);
    const admins = [trace.forceOpenedBy, trace.forceClosedBy].filter((adminId) => adminId !== null);
    const names = await this.users.displayNames([...new Set(admins)]);
    const act = (at: Date | null, adminId: string | null): ForcedActResponse | null =>
      at && adminId ? { at: at.toISOString(), adminId, adminName: names.get(adminId) ?? '' } : null;
    return {
      ...event,
      createdAt: trace.createdAt.toISOString(),
      forceOpened: act(trace.forceOpenedAt, trace.forceOpenedBy),
      forceClosed: act(trace.forceClosedAt, trace.forceClosedBy),
    };
  }
}

/** What the audit trail keeps of an event: enough to see what was offered, without the prose. */
function summaryOf({
  title,
  startsAt,
  endsAt,
  reservationTtlSeconds,
  version,
  items,
}: EventResponse): object {
  return {
    title,
    startsAt,
    endsAt,
    reservationTtlSeconds,
    version,
    items: items.map(({ itemId, price, stockTotal, perUserLimit }) => ({
      itemId,
      price,
      stock: stockTotal,
      perUserLimit,
    })),
  };
}
