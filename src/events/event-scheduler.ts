import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { DatabaseSignals } from '../platform/signals/index.js';
import { EventScheduleRepository, type Boundary } from './event-schedule.repository.js';
import { EVENTS_CHANGED, EventTransitions, type CarriedOutTransition } from './event-transitions.js';
import { DropClosed, DropOpened } from './events.messages.js';
import { EventsRepository } from './events.repository.js';

const OPEN_BATCH = 100;
const CLOSE_BATCH = 50;

/**
 * The longest sleep, for the case that a signal was lost. It also keeps far boundaries below the 24.8 days
 * after which setTimeout overflows and fires at once.
 */
const MAX_SLEEP_MS = 30_000;

/** When what is due is in another's hands: an edit that holds the event, or another instance. */
const BUSY_SLEEP_MS = 25;

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

/**
 * Opens and closes events on time. It sleeps until the next boundary by the database's clock, wakes when an
 * event is created, edited or forced, and on waking carries out everything that is due; so after a restart
 * or a lost database it catches up. Each instance runs one. They need no leader: every transition is one
 * conditional update of a locked row, so it is carried out and told of once.
 *
 * No sale depends on it. Claims and reads compute the state by the database's clock (`event_phase`).
 */
@Injectable()
export class EventScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EventScheduler.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private wokenMeanwhile = false;
  private stopped = false;
  private failures = 0;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly events: EventsRepository,
    private readonly schedule: EventScheduleRepository,
    private readonly signals: DatabaseSignals,
    private readonly transitions: EventTransitions,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.signals.on(EVENTS_CHANGED, () => this.wake());
    this.wake();
  }

  /** Ends after the transition in hand, if there is one. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    clearTimeout(this.timer);
    await this.running;
  }

  /** Looks now. Calls while it is looking make it look once more. */
  wake(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    if (this.running) {
      this.wokenMeanwhile = true;
      return;
    }
    this.running = this.look().then((sleepMs) => {
      this.running = undefined;
      if (this.stopped) return;
      if (this.wokenMeanwhile) {
        this.wokenMeanwhile = false;
        this.wake();
      } else this.timer = setTimeout(() => this.wake(), sleepMs);
    });
  }

  /** Carries out what is due; answers how long to sleep. Never rejects. */
  private async look(): Promise<number> {
    try {
      await this.openDue();
      await this.closeDue();
      const sleepMs = sleepBefore(await this.schedule.millisecondsToNextBoundary());
      if (this.failures > 0) this.logger.log('The scheduler works again');
      this.failures = 0;
      return sleepMs;
    } catch (error) {
      if (this.failures === 0)
        this.logger.warn({ err: error, msg: 'Opening and closing events fails; trying on' });
      return Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.failures++, 10), MAX_RETRY_MS);
    }
  }

  private async openDue(): Promise<void> {
    for (;;) {
      const opened = await this.database.transaction(async (transaction) => {
        const batch = await this.schedule.openDue(transaction, OPEN_BATCH);
        for (const { eventId, at } of batch) {
          await this.signals.send(transaction, EVENTS_CHANGED, eventId);
          transaction.publish(DropOpened, { eventId, openedAt: at.toISOString(), forced: false });
        }
        return batch;
      });
      for (const boundary of opened) this.transitions.publish(carriedOut('start', boundary));
      if (this.stopped || opened.length < OPEN_BATCH) return;
    }
  }

  /** One transaction for each event, so that the claims of one never wait for the closing of another. */
  private async closeDue(): Promise<void> {
    for (;;) {
      const due = await this.schedule.dueToClose(CLOSE_BATCH);
      let closed = 0;
      for (const id of due) {
        if (this.stopped) return;
        const boundary = await this.close(id);
        if (!boundary) continue;
        closed++;
        this.transitions.publish(carriedOut('end', boundary));
      }
      if (due.length < CLOSE_BATCH || closed === 0) return;
    }
  }

  /** Undefined if another instance has closed it, or an admin's act or another instance is at it. */
  private close(id: string): Promise<Boundary | undefined> {
    return this.database.transaction(async (transaction) => {
      if (!(await this.events.tryLockWithItems(transaction, id))) return undefined;
      const boundary = await this.schedule.closeIfDue(transaction, id);
      if (!boundary) return undefined;
      await this.signals.send(transaction, EVENTS_CHANGED, id);
      transaction.publish(DropClosed, { eventId: id, closedAt: boundary.at.toISOString(), forced: false });
      return boundary;
    });
  }
}

/** How long to sleep when the next boundary is `ms` away; timers may fire early, and then it is looked again. */
export function sleepBefore(ms: number | undefined): number {
  if (ms === undefined) return MAX_SLEEP_MS;
  return ms <= 0 ? BUSY_SLEEP_MS : Math.min(Math.ceil(ms), MAX_SLEEP_MS);
}

function carriedOut(act: CarriedOutTransition['act'], boundary: Boundary): CarriedOutTransition {
  return { ...boundary, act, skewMs: boundary.at.getTime() - boundary.dueAt.getTime() };
}
