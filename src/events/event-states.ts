/**
 * The states of a drop and the ways between them: the single source for the code. `event_phase` and
 * `settle_event_stock` in the database say the same in SQL, and a test holds them against this table.
 */
export const eventStatuses = ['locked', 'live', 'sold_out', 'closed'] as const;
export type EventStatus = (typeof eventStatuses)[number];

export interface EventTransition {
  readonly from: readonly EventStatus[];
  readonly to: EventStatus;
}

export const eventTransitions = {
  /** `starts_at` has come: the scheduler's. */
  start: { from: ['locked'], to: 'live' },
  /** An admin's. */
  forceOpen: { from: ['locked'], to: 'live' },
  /** The last unit was taken: in the claim's own transaction. */
  sellOut: { from: ['live'], to: 'sold_out' },
  /** A unit came back: in the transaction that released it. */
  restock: { from: ['sold_out'], to: 'live' },
  /** `ends_at` has come: the scheduler's. */
  end: { from: ['locked', 'live', 'sold_out'], to: 'closed' },
  /** An admin's. */
  forceClose: { from: ['locked', 'live', 'sold_out'], to: 'closed' },
} as const satisfies Record<string, EventTransition>;

export type EventAct = keyof typeof eventTransitions;

export function allows(act: EventAct, status: EventStatus): boolean {
  return (eventTransitions[act] as EventTransition).from.includes(status);
}

/** Only what nobody could have bought yet may be edited. */
export function isEditable(status: EventStatus): boolean {
  return status === 'locked';
}
