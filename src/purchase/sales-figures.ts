import { Injectable } from '@nestjs/common';
import { SalesRepository, type EventSales } from './sales.repository.js';

@Injectable()
export class SalesFigures {
  constructor(private readonly repository: SalesRepository) {}

  /** The figures of each of `eventIds`, computed in the database from one snapshot. */
  forEvents(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    return this.repository.salesOf(eventIds);
  }

  /** Units that are reserved at the moment, by event item. */
  heldUnits(eventId: string): Promise<Map<string, number>> {
    return this.repository.heldUnits(eventId);
  }
}
