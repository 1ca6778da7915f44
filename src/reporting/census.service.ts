import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { decodeCursor, toPage, type Page } from '../platform/http/index.js';
import { EventsService } from '../events/index.js';
import { CensusRepository } from './census.repository.js';
import type { CensusOrder, CensusOrdersQuery, CensusResponse } from './dto/census.response.js';

const isId = (part: unknown) => isUUID(part);

/** What the database says about one event, for comparing with what clients were told. */
@Injectable()
export class CensusService {
  constructor(
    private readonly events: EventsService,
    private readonly census: CensusRepository,
  ) {}

  /** Sums over the event's items and orders in one snapshot. @throws EVENT_NOT_FOUND */
  async take(eventId: string): Promise<CensusResponse> {
    await this.events.get(eventId);
    return this.census.take(eventId);
  }

  /** Every order of the event, a page at a time; each page is a snapshot of its own. @throws EVENT_NOT_FOUND */
  async listOrders(eventId: string, query: CensusOrdersQuery): Promise<Page<CensusOrder>> {
    await this.events.get(eventId);
    const key = decodeCursor(query.cursor, [isId, isId, isId]);
    const after = key && { eventItemId: key[0], userId: key[1], id: key[2] };
    const rows = await this.census.listOrders(eventId, after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (order) => [order.eventItemId, order.userId, order.id],
      (order) => order,
    );
  }
}
