/** Requests with one key, such as the item they are for, in the order in which they came. */
export interface KeyedRequests<Request> {
  key: string;
  requests: Request[];
}

export interface BatcherOptions<Request, Answer> {
  /** Decides a batch; answers in the same order, key by key. What it throws, all callers get. */
  decide(batch: KeyedRequests<Request>[]): Promise<Answer[][]>;
  /** Whether a failed batch is certain to have changed nothing, so that its keys may be decided one by one. */
  isUndone(error: unknown): boolean;
  /** How many batches may be in flight at once. */
  lanes: number;
  maxBatch: number;
  /** Where more than this waits, about half of it goes at a time. */
  splitAbove: number;
  /** How many requests may wait, over all keys. */
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
type Batch<Request, Answer> = { key: string; waiters: Queue<Request, Answer> }[];

/**
 * Gathers requests into batches, which cost one transaction and one flush each. A request goes as soon as what the event
 * loop has in hand is read; while its key is being decided, or all lanes are busy, it waits and goes together with the
 * others in the next batch. There is no timer: the batch size follows the load by itself.
 *
 * A key is what requests contend for: the item of a claim, the order of a confirmation. Requests with one key are decided
 * in the order in which they came, one batch at a time. A batch takes from as many keys as wait, those first that have
 * waited longest, so that a drop of fifty items shares its transactions as one of a single item does. A key whose
 * batch fails drags no other with it.
 */
export class Batcher<Request, Answer> {
  /** Keys that nobody decides at the moment; the one that has waited longest is first. */
  private readonly ready = new Map<string, Queue<Request, Answer>>();
  /** Keys in flight, with what has come for them since. Keys that nobody wants take no memory. */
  private readonly deciding = new Map<string, Queue<Request, Answer>>();
  private freeLanes: number;
  private waitingCount = 0;
  private startScheduled = false;

  constructor(private readonly options: BatcherOptions<Request, Answer>) {
    this.freeLanes = options.lanes;
  }

  /** Requests that wait for their batch to start. */
  get waiting(): number {
    return this.waitingCount;
  }

  submit(key: string, request: Request): Promise<Answer> {
    const mustWait = this.freeLanes === 0 || this.deciding.has(key);
    if (mustWait && this.waitingCount >= this.options.queueLimit)
      return Promise.reject(this.options.queueFull());
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      const queue = this.deciding.get(key) ?? this.ready.get(key);
      if (queue) queue.push(waiting);
      else this.ready.set(key, [waiting]);
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
    // Send half of the queue, so that PostgreSQL works on one half while we answer the other.
    const size = Math.min(maxBatch, Math.max(splitAbove, Math.ceil(this.waitingCount / 2)));
    let room = size;
    for (const [key, queue] of this.ready) {
      if (room === 0) break;
      const waiters = queue.splice(0, room);
      room -= waiters.length;
      this.ready.delete(key);
      this.deciding.set(key, queue);
      batch.push({ key, waiters });
    }
    this.waitingCount -= size - room;
    return batch;
  }

  private async work(batch: Batch<Request, Answer>): Promise<void> {
    const tell = await this.decide(batch);
    for (const { key } of batch) {
      const queue = this.deciding.get(key) as Queue<Request, Answer>;
      this.deciding.delete(key);
      if (queue.length > 0) this.ready.set(key, queue);
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
        batch.map(({ key, waiters }) => ({ key, requests: waiters.map(({ request }) => request) })),
      );
      batch.forEach(({ waiters }, index) => {
        const count = answers[index]?.length ?? 0;
        if (count !== waiters.length)
          throw new Error(`${waiters.length} requests were answered with ${count}`);
      });
      return () =>
        batch.forEach(({ waiters }, key) =>
          waiters.forEach(({ resolve }, index) => resolve((answers[key] as Answer[])[index] as Answer)),
        );
    } catch (error) {
      if (batch.length > 1 && this.options.isUndone(error)) return this.decideApart(batch);
      return () => batch.forEach(({ waiters }) => waiters.forEach(({ reject }) => reject(error)));
    }
  }

  private async decideApart(batch: Batch<Request, Answer>): Promise<() => void> {
    for (const one of batch) (await this.decide([one]))();
    return () => undefined;
  }
}
