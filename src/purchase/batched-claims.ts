/** Requests for one item, in the order in which they came. */
export interface ItemClaims<Request> {
  itemId: string;
  requests: Request[];
}

export interface BatchedClaimsOptions<Request, Answer> {
  /** Decides a batch; answers in the same order, item by item. What it throws, all callers get. */
  decide(batch: ItemClaims<Request>[]): Promise<Answer[][]>;
  /** Whether a failed batch is certain to have changed nothing, so that its items may be decided one by one. */
  isUndone(error: unknown): boolean;
  /** How many batches may be in flight at once. */
  lanes: number;
  maxBatch: number;
  /** So many that wait are worth a batch that is sent while their items are still being decided. */
  followFrom: number;
  /** How many requests may wait, over all items. */
  queueLimit: number;
  /** Makes what a request is refused with when the queue is full. */
  queueFull(): Error;
}

interface Waiting<Request, Answer> {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Who wants an item. */
interface Line<Request, Answer> {
  waiting: Waiting<Request, Answer>[];
  batchesInFlight: number;
}

type Batch<Request, Answer> = { itemId: string; claims: Waiting<Request, Answer>[] }[];

/**
 * Gathers claims into batches. A claim goes as soon as what the event loop has in hand is read; while its item
 * is being decided, or all lanes are busy, it waits and goes together with the others in the next batch. There
 * is no timer: the batch size follows the load by itself.
 *
 * A batch takes from as many items as wait, those first that have waited longest, so that a drop of fifty items
 * shares its transactions as one of a single item does. An item whose batch fails drags no other with it.
 *
 * Claims of an item are sent in the order in which they came. Where many wait, a second batch follows the first
 * before that is decided, and waits for the items' locks in the database, which so need not wait for us between
 * the two. The last free lane is never used for that: it is for items that nobody decides yet.
 */
export class BatchedClaims<Request, Answer> {
  /** By item, the one that has waited longest first. Items that nobody wants take no memory. */
  private readonly lines = new Map<string, Line<Request, Answer>>();
  private freeLanes: number;
  private waitingCount = 0;
  private startScheduled = false;

  constructor(private readonly options: BatchedClaimsOptions<Request, Answer>) {
    this.freeLanes = options.lanes;
  }

  /** Requests that wait for their batch to start. */
  get waiting(): number {
    return this.waitingCount;
  }

  claim(itemId: string, request: Request): Promise<Answer> {
    const line = this.lines.get(itemId) ?? { waiting: [], batchesInFlight: 0 };
    const mustWait = this.freeLanes === 0 || line.batchesInFlight > 0;
    if (mustWait && this.waitingCount >= this.options.queueLimit)
      return Promise.reject(this.options.queueFull());
    return new Promise((resolve, reject) => {
      line.waiting.push({ request, resolve, reject });
      this.lines.set(itemId, line);
      this.waitingCount += 1;
      this.scheduleStart();
    });
  }

  /** After the requests that have been received already: they belong in the same batch. */
  private scheduleStart(): void {
    if (this.startScheduled || this.freeLanes === 0) return;
    this.startScheduled = true;
    setImmediate(() => {
      this.startScheduled = false;
      this.start();
    });
  }

  private start(): void {
    while (this.freeLanes > 0) {
      const batch = this.nextBatch();
      if (batch.length === 0) return;
      this.freeLanes -= 1;
      void this.work(batch);
    }
  }

  private nextBatch(): Batch<Request, Answer> {
    const batch: Batch<Request, Answer> = [];
    const { maxBatch, followFrom } = this.options;
    const mayFollow = this.freeLanes > 1 && this.waitingCount >= followFrom;
    let room = Math.min(maxBatch, this.waitingCount);
    for (const [itemId, line] of this.lines) {
      if (room === 0) break;
      if (line.waiting.length === 0 || line.batchesInFlight > (mayFollow ? 1 : 0)) continue;
      const claims = line.waiting.splice(0, room);
      line.batchesInFlight += 1;
      room -= claims.length;
      this.waitingCount -= claims.length;
      batch.push({ itemId, claims });
    }
    return batch;
  }

  private async work(batch: Batch<Request, Answer>): Promise<void> {
    const tell = await this.decide(batch);
    for (const { itemId } of batch) {
      const line = this.lines.get(itemId) as Line<Request, Answer>;
      line.batchesInFlight -= 1;
      // It has had its turn, so it joins the others at the end.
      this.lines.delete(itemId);
      if (line.waiting.length > 0 || line.batchesInFlight > 0) this.lines.set(itemId, line);
    }
    this.freeLanes += 1;
    // The next batch first: the database works on it while the answers of this one are written.
    this.start();
    tell();
  }

  /** Returns what tells the callers. */
  private async decide(batch: Batch<Request, Answer>): Promise<() => void> {
    try {
      const answers = await this.options.decide(
        batch.map(({ itemId, claims }) => ({ itemId, requests: claims.map(({ request }) => request) })),
      );
      batch.forEach(({ claims }, item) => {
        const count = answers[item]?.length ?? 0;
        if (count !== claims.length) throw new Error(`${claims.length} claims were answered with ${count}`);
      });
      return () =>
        batch.forEach(({ claims }, item) =>
          claims.forEach(({ resolve }, index) => resolve((answers[item] as Answer[])[index] as Answer)),
        );
    } catch (error) {
      if (batch.length > 1 && this.options.isUndone(error)) return this.decideApart(batch);
      return () => batch.forEach(({ claims }) => claims.forEach(({ reject }) => reject(error)));
    }
  }

  private async decideApart(batch: Batch<Request, Answer>): Promise<() => void> {
    for (const item of batch) (await this.decide([item]))();
    return () => undefined;
  }
}
