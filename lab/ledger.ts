/** What one buyer was told about one attempt to buy; the index is the attempt's number. */
const UNSENT = 0;
const TOLD_YES = 1;
const TOLD_NO = 2;
const UNKNOWN = 3;

export interface AcknowledgedOrder {
  id: string;
  attempt: number;
  buyer: number;
  userId: string;
  eventItemId: string;
  quantity: number;
  /** Server time, milliseconds since 1970. */
  reservedUntil: number;
  /** What later requests of the buyer were told. */
  toldConfirmed: boolean;
  toldCancelled: boolean;
  /** A confirm or cancel went unanswered, so either may have happened. */
  resolutionUnknown: boolean;
}

/** Something that no correct shop says, noticed while the load ran. */
export interface Contradiction {
  kind: 'replay-differs' | 'order-told-twice' | 'two-outcomes';
  detail: string;
}

const MAX_CONTRADICTIONS_KEPT = 1_000;

/**
 * Everything that clients were told. One byte per attempt and one record per yes, so that a long run
 * stays small; the census is compared with this and nothing else.
 */
export class Ledger {
  readonly orders = new Map<string, AcknowledgedOrder>();
  readonly contradictions: Contradiction[] = [];
  /** Buyers who were told SOLD_OUT, by event item. */
  readonly soldOutRefusals = new Map<string, number>();
  private outcomes = new Uint8Array(4096);
  private count = 0;
  private readonly runId: string;

  /** @param runId marks this run's idempotency keys. */
  constructor(runId: string) {
    this.runId = runId;
  }

  get attempts(): number {
    return this.count;
  }

  begin(): number {
    if (this.count === this.outcomes.length) {
      const larger = new Uint8Array(this.outcomes.length * 2);
      larger.set(this.outcomes);
      this.outcomes = larger;
    }
    this.outcomes[this.count] = UNKNOWN;
    return this.count++;
  }

  keyOf(attempt: number): string {
    return `${this.runId}-${attempt}`;
  }

  /** The attempt that an idempotency key belongs to; undefined for a key that is not of this run. */
  attemptOf(key: string | null): number | undefined {
    if (key === null || !key.startsWith(`${this.runId}-`)) return undefined;
    const attempt = Number(key.slice(this.runId.length + 1));
    return Number.isInteger(attempt) && attempt >= 0 && attempt < this.count ? attempt : undefined;
  }

  acknowledge(
    order: Omit<AcknowledgedOrder, 'toldConfirmed' | 'toldCancelled' | 'resolutionUnknown'>,
  ): AcknowledgedOrder {
    this.outcomes[order.attempt] = TOLD_YES;
    const known = this.orders.get(order.id);
    if (known !== undefined) {
      if (known.attempt !== order.attempt)
        this.contradict(
          'order-told-twice',
          `order ${order.id} answered attempts ${known.attempt} and ${order.attempt}`,
        );
      return known;
    }
    const record = { ...order, toldConfirmed: false, toldCancelled: false, resolutionUnknown: false };
    this.orders.set(order.id, record);
    return record;
  }

  refuse(attempt: number, eventItemId: string, code: string): void {
    this.outcomes[attempt] = TOLD_NO;
    if (code === 'SOLD_OUT')
      this.soldOutRefusals.set(eventItemId, (this.soldOutRefusals.get(eventItemId) ?? 0) + 1);
  }

  /** Whether the client of this attempt was told a clear no. */
  wasRefused(attempt: number): boolean {
    return this.outcomes[attempt] === TOLD_NO;
  }

  replayed(order: AcknowledgedOrder, answeredId: string): void {
    if (answeredId !== order.id)
      this.contradict(
        'replay-differs',
        `key ${this.keyOf(order.attempt)} answered ${order.id}, then ${answeredId}`,
      );
  }

  confirmed(order: AcknowledgedOrder): void {
    order.toldConfirmed = true;
    this.noteTwoOutcomes(order);
  }

  cancelled(order: AcknowledgedOrder): void {
    order.toldCancelled = true;
    this.noteTwoOutcomes(order);
  }

  get counts(): { yes: number; no: number; unknown: number } {
    const seen = [0, 0, 0, 0];
    for (let attempt = 0; attempt < this.count; attempt++) {
      const outcome = this.outcomes[attempt] ?? UNSENT;
      seen[outcome] = (seen[outcome] ?? 0) + 1;
    }
    return { yes: seen[TOLD_YES] ?? 0, no: seen[TOLD_NO] ?? 0, unknown: seen[UNKNOWN] ?? 0 };
  }

  private noteTwoOutcomes(order: AcknowledgedOrder): void {
    if (order.toldConfirmed && order.toldCancelled)
      this.contradict('two-outcomes', `order ${order.id} was told confirmed and cancelled`);
  }

  private contradict(kind: Contradiction['kind'], detail: string): void {
    if (this.contradictions.length < MAX_CONTRADICTIONS_KEPT) this.contradictions.push({ kind, detail });
  }
}
