import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DropClosed } from '../events/index.js';
import { Jobs } from '../platform/jobs/index.js';
import { OrdersService } from './orders.service.js';

/** Gives back what is reserved in a drop that was closed by force. At its own end a drop lets reservations run out. */
@Injectable()
export class ClosedDrops implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly orders: OrdersService,
  ) {}

  onModuleInit(): void {
    this.jobs.subscribe(DropClosed, 'release-reservations', async ({ eventId, forced }) => {
      // Idempotent by itself: a reservation is released once.
      if (forced) await this.orders.releaseReservationsOf(eventId);
    });
  }
}
