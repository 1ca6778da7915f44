import { Injectable } from '@nestjs/common';
import type { Money } from '../common/index.js';
import { SalesRepository } from './sales.repository.js';

/** What an event has sold so far; stocks and orders are counted in units. */
export interface EventSales {
  stockTotal: number;
  stockRemaining: number;
  reserved: number;
  confirmed: number;
  /** Of confirmed orders, one amount per currency. */
  revenue: Money[];
  /** Orders placed in the last seconds, per second. */
  ordersPerSecond: number;
}

@Injectable()
export class SalesFigures {
  constructor(private readonly repository: SalesRepository) {}

  /** The figures of each of `eventIds`, computed in the database from one snapshot. */
  forEvents(eventIds: readonly string[]): Promise<Map<string, EventSales>> {
    return this.repository.salesOf(eventIds);
  }
}
