import { Injectable } from '@nestjs/common';
import { SalesRepository, type EventSales, type SalesPace } from './sales.repository.js';

@Injectable()
export class SalesFigures {
  constructor(private readonly repository: SalesRepository) {}

  /** The figures of each of `eventIds`, computed in the database from one snapshot. */
  forEvents(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    return this.repository.salesOf(eventIds);
  }

  /** How fast each of `eventIds` sold over the last minutes, from one snapshot, whichever instance sold. */
  paceOf(eventIds: readonly string[]): Promise<SalesPace> {
    return this.repository.paceOf(eventIds);
  }

  /** Units that are reserved at the moment, by event item. */
  heldUnits(eventId: string): Promise<Map<string, number>> {
    return this.repository.heldUnits(eventId);
  }
}
