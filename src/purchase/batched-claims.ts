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
  /** Where more than this waits, about half of it goes at a time. */
  splitAbove: number;
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

type Queue<Request, Answer> = Waiting<Request, Answer>[];
type Batch<Request, Answer> = { itemId: string; claims: Queue<Request, Answer> }[];

/**
 * Gathers claims into batches. A claim goes as soon as what the event loop has in hand is read; while its item
 * is being decided, or all lanes are busy, it waits and goes together with the others in the next batch. There
 * is no timer: the batch size follows the load by itself.
 *
 * A batch takes from as many items as wait, those first that have waited longest, so that a drop of fifty items
 * shares its transactions as one of a single item does. Claims of an item are decided in the order in which they
 * came, one batch at a time. An item whose batch fails drags no other with it.
 */
export class BatchedClaims<Request, Answer> {
  /** Items that nobody decides at the moment; the one that has waited longest is first. */
  private readonly ready = new Map<string, Queue<Request, Answer>>();
  /** Items in flight, with what has come for them since. Items that nobody wants take no memory. */
  private readonly deciding = new Map<string, Queue<Request, Answer>>();
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
    const mustWait = this.freeLanes === 0 || this.deciding.has(itemId);
    if (mustWait && this.waitingCount >= this.options.queueLimit)
      return Promise.reject(this.options.queueFull());
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      const queue = this.deciding.get(itemId) ?? this.ready.get(itemId);
      if (queue) queue.push(waiting);
      else this.ready.set(itemId, [waiting]);
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
    while (this.freeLanes > 0 && this.ready.size > 0) {
      this.freeLanes -= 1;
      void this.work(this.nextBatch());
    }
  }

  private nextBatch(): Batch<Request, Answer> {
    const batch: Batch<Request, Answer> = [];
    const { maxBatch, splitAbove } = this.options;
    // With all of a crowd in one batch, the database waits while it is answered, and then it for the database.
    const size = Math.min(maxBatch, Math.max(splitAbove, Math.ceil(this.waitingCount / 2)));
    let room = size;
    for (const [itemId, queue] of this.ready) {
      if (room === 0) break;
      const claims = queue.splice(0, room);
      room -= claims.length;
      this.ready.delete(itemId);
      this.deciding.set(itemId, queue);
      batch.push({ itemId, claims });
    }
    this.waitingCount -= size - room;
    return batch;
  }

  private async work(batch: Batch<Request, Answer>): Promise<void> {
    const tell = await this.decide(batch);
    for (const { itemId } of batch) {
      const queue = this.deciding.get(itemId) as Queue<Request, Answer>;
      this.deciding.delete(itemId);
      if (queue.length > 0) this.ready.set(itemId, queue);
    }
    this.freeLanes += 1;
    // The next batch first: the database works on it while the answers of this one are written. The pool lends its
    // connection on the next tick, so what is told at once would go before it.
    this.start();
    process.nextTick(tell);
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
