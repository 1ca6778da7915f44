import type { Order } from '@/api/types';
import { serverClock } from '@/features/time/use-now';

/** The shop tells of an end by itself, mostly before anybody asks. */
const FIRST_ASKED_AFTER_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How soon to look whether the server's time has become known, or was corrected. */
const LOOK_AT_CLOCK_MS = 5_000;
/** `setTimeout` takes no longer time than some 24 days; a look at the clock now and then does no harm. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Asks what became of a hold once its time is over, until the shop has said so. A clock alone never ends one: it may
 * have been confirmed on another device.
 */
export class HoldFollower {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** @param ask answers undefined if there is no such order, and throws if it cannot be known now. */
  constructor(
    private readonly ask: (orderId: string) => Promise<Order | undefined>,
    private readonly clock: Pick<typeof serverClock, 'now' | 'isSynchronised'> = serverClock,
  ) {}

  /** Follows a hold, and no longer follows what has been resolved. */
  follow(order: Order): void {
    if (order.status !== 'reserved') this.leave(order.id);
    else if (!this.timers.has(order.id)) this.wait(order, FIRST_ASKED_AFTER_MS);
  }

  leaveAll(): void {
    for (const id of this.timers.keys()) this.leave(id);
  }

  private leave(orderId: string): void {
    clearTimeout(this.timers.get(orderId));
    this.timers.delete(orderId);
  }

  private wait(order: Order, pause: number): void {
    const left = this.clock.isSynchronised
      ? Math.max(0, Date.parse(order.reservedUntil) - this.clock.now())
      : LOOK_AT_CLOCK_MS;
    // A whole drop's holds end together, and need not ask together.
    const jittered = pause * (0.75 + Math.random() / 2);
    const timer = setTimeout(() => void this.look(order, pause), Math.min(left + jittered, LONGEST_WAIT_MS));
    this.timers.set(order.id, timer);
  }

  private async look(order: Order, pause: number): Promise<void> {
    const isOver = this.clock.isSynchronised && Date.parse(order.reservedUntil) <= this.clock.now();
    if (!isOver) return this.wait(order, pause);
    const timer = this.timers.get(order.id);
    const found = await this.ask(order.id).catch(() => order);
    // The answer may have ended the following, or begun it anew.
    if (this.timers.get(order.id) !== timer) return;
    if (found?.status === 'reserved') this.wait(order, Math.min(2 * pause, LONGEST_PAUSE_MS));
    else this.leave(order.id);
  }
}
