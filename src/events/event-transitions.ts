import { Injectable } from '@nestjs/common';
import { Listeners } from '../platform/signals/index.js';

/**
 * The signal that all instances get, with the event's id, when an event is created, edited, opened or
 * closed. Selling out is not signalled: nothing of that rides in a purchase's transaction.
 */
export const EVENTS_CHANGED = 'events_changed';

/** A start or an end that the scheduler of this instance carried out. */
export interface CarriedOutTransition {
  eventId: string;
  act: 'start' | 'end';
  /** The boundary: `starts_at` or `ends_at`. */
  dueAt: Date;
  /** When the status changed, by the database's clock. */
  at: Date;
  /** How late that was. Sales do not wait for it: they go by the database's clock. */
  skewMs: number;
}

/**
 * Tells of each start and end once in the whole fleet, after its commit, in the instance whose scheduler
 * carried it out. A crash right after the commit loses the call, so what must not be lost belongs in the
 * transaction.
 */
@Injectable()
export class EventTransitions {
  private readonly carriedOut = new Listeners<CarriedOutTransition>();

  /** Until the returned function is called. */
  onTransition(listener: (transition: CarriedOutTransition) => void): () => void {
    return this.carriedOut.add(listener);
  }

  publish(transition: CarriedOutTransition): void {
    this.carriedOut.tell(transition);
  }
}
