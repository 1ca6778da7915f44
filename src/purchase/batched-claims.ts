export interface BatchedClaimsOptions<Request, Answer> {
  /** Decides a batch for one item, in its order; answers in the same order. What it throws, all callers get. */
  decide(itemId: string, requests: Request[]): Promise<Answer[]>;
  maxBatch: number;
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

/**
 * Gathers claims of one item into batches. A claim for an idle item goes at once; while a batch is being
 * decided, later claims for its item wait and go together in the next one. There is no timer: the batch size
 * follows the load by itself. Items do not wait for each other.
 *
 * Claims of an item are decided in the order in which they came, one batch at a time.
 */
export class BatchedClaims<Request, Answer> {
  /** One queue for each item that has a batch in flight; items that nobody wants take no memory. */
  private readonly queues = new Map<string, Waiting<Request, Answer>[]>();
  private waitingCount = 0;

  constructor(private readonly options: BatchedClaimsOptions<Request, Answer>) {}

  /** Requests that wait for their batch to start. */
  get waiting(): number {
    return this.waitingCount;
  }

  claim(itemId: string, request: Request): Promise<Answer> {
    const queue = this.queues.get(itemId);
    if (queue && this.waitingCount >= this.options.queueLimit)
      return Promise.reject(this.options.queueFull());
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      if (queue) {
        queue.push(waiting);
        this.waitingCount += 1;
      } else {
        this.queues.set(itemId, []);
        void this.work(itemId, [waiting]);
      }
    });
  }

  /** Decides `batch` and then what has gathered meanwhile, until nobody waits for the item. */
  private async work(itemId: string, batch: Waiting<Request, Answer>[]): Promise<void> {
    while (batch.length > 0) {
      await this.decide(itemId, batch);
      batch = this.nextBatch(itemId);
    }
    this.queues.delete(itemId);
  }

  private async decide(itemId: string, batch: Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.decide(
        itemId,
        batch.map(({ request }) => request),
      );
      if (answers.length !== batch.length)
        throw new Error(`${batch.length} claims were answered with ${answers.length}`);
      batch.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private nextBatch(itemId: string): Waiting<Request, Answer>[] {
    const queue = this.queues.get(itemId) ?? [];
    const batch = queue.splice(0, this.options.maxBatch);
    this.waitingCount -= batch.length;
    return batch;
  }
}
