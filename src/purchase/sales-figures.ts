import { Injectable } from '@nestjs/common';
import { SalesRepository, type EventSales } from './sales.repository.js';

@Injectable()
export class SalesFigures {
  constructor(private readonly repository: SalesRepository) {}

  /** The figures of each of `eventIds`, computed in the database from one snapshot. */
  forEvents(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    return this.repository.salesOf(eventIds);
  }
}
