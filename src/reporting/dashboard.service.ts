import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { decodeCursor, toPage, type PageQuery } from '../platform/http/index.js';
import { SharedReads } from '../platform/values/index.js';
import { SalesFigures, type EventSales } from '../purchase/index.js';
import { DashboardRepository, type DashboardRow } from './dashboard.repository.js';
import type { DashboardPace, DashboardPage } from './dto/dashboard.response.js';

const isRank = (part: unknown) => part === '0' || part === '1' || part === '2';
const isPosition = (part: unknown) => typeof part === 'string' && /^-?\d{1,18}$/.test(part);

/** As many drops on sale as the live channel tells of. */
const MAX_ON_SALE = 100;

@Injectable()
export class DashboardService {
  private readonly paces = new SharedReads<DashboardPace>();

  constructor(
    private readonly events: DashboardRepository,
    private readonly sales: SalesFigures,
  ) {}

  /**
   * One page of drops with their figures, which the database computes: two queries, however many drops
   * the page has. An event that changes its state between two pages may be missed or seen twice.
   * @throws INVALID_CURSOR
   */
  async page({ limit, cursor }: PageQuery): Promise<DashboardPage> {
    const after = decodeCursor(cursor, [isRank, isPosition, isUUID]);
    const rows = await this.events.page(after, limit + 1);
    const figures = await this.sales.forEvents(rows.slice(0, limit).map(({ id }) => id));
    return toPage(rows, limit, cursorOf, ({ id, title, status, startsAt, endsAt, closedAt }) => ({
      id,
      title,
      status,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      closedAt: closedAt?.toISOString() ?? null,
      ...NOTHING_SOLD,
      ...figures.get(id),
    }));
  }

  /** How fast the drops on sale sold over the last minutes: two queries, which admins who ask at once share. */
  pace(): Promise<DashboardPace> {
    return this.paces.read('', async () => {
      const rows = await this.events.page(undefined, MAX_ON_SALE);
      const { until, ordersPerSecond } = await this.sales.paceOf(
        rows.filter(({ rank }) => rank === 0).map(({ id }) => id),
      );
      return {
        until: until.toISOString(),
        data: [...ordersPerSecond].map(([id, values]) => ({ id, ordersPerSecond: values })),
      };
    });
  }
}

/** For an event without items, should there ever be one. */
const NOTHING_SOLD: EventSales = {
  stockTotal: 0,
  stockRemaining: 0,
  reserved: 0,
  confirmed: 0,
  revenue: [],
  ordersPerSecond: 0,
};

const cursorOf = ({ rank, position, id }: DashboardRow) => [String(rank), position, id];
