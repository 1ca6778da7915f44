import type { QueueOptions } from 'pg-boss';

/** Where jobs go that were tried often enough, until an admin repeats them. */
export const SET_ASIDE = 'set-aside';

/** How long a job waits at most, set aside or not, and how long it is known that a message was handled. */
export const KEPT_DAYS = 90;

const DAY_SECONDS = 86_400;

/** Retries come after 1, 2, 4 … seconds and at last every hour: five hours, to sit out an outage elsewhere. */
export const DEFAULT_RETRIES = 15;

/** An instance that was killed is noticed after this, the least that pg-boss takes, plus a supervisor's round. */
const HEARTBEAT_SECONDS = 10;
export const SUPERVISE_SECONDS = 5;

const kept: QueueOptions = {
  retentionSeconds: KEPT_DAYS * DAY_SECONDS,
  // Done jobs are kept for a look back; `handled_messages` is what prevents effects from happening twice.
  deleteAfterSeconds: DAY_SECONDS,
};

export const setAsideOptions = kept;

export function subscriberOptions(retries: number): QueueOptions & { deadLetter: string } {
  return {
    ...kept,
    retryLimit: retries,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 3_600,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    deadLetter: SET_ASIDE,
  };
}
