import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RepeatingTask } from '../platform/signals/index.js';
import { OrdersService, RELEASE_BATCH } from './orders.service.js';

/** Stock has to be back within a second of its reservation's time; looking costs one index probe. */
const EXPIRY_INTERVAL_MS = 250;

/** Gives back the stock of reservations whose time is over. Every instance runs one; they share the work. */
@Injectable()
export class ReservationExpirer implements OnModuleDestroy {
  private readonly expiry = new RepeatingTask('Expiring reservations', async () => {
    while (!this.expiry.isStopped && (await this.service.expireDue()) === RELEASE_BATCH);
  });

  constructor(private readonly service: OrdersService) {}

  @Interval(EXPIRY_INTERVAL_MS)
  expireDue(): Promise<void> {
    return this.expiry.run();
  }

  async onModuleDestroy(): Promise<void> {
    await this.expiry.stop();
  }
}
