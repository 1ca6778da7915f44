import { Batcher, type BatcherOptions, type KeyedRequests } from './batcher.js';

/** A database that answers when the test says so. */
class Gate {
  readonly batches: {
    batch: KeyedRequests<number>[];
    answer(answers?: string[][]): void;
    fail(error: Error): void;
  }[] = [];

  readonly decide = (batch: KeyedRequests<number>[]) =>
    new Promise<string[][]>((resolve, reject) => {
      this.batches.push({
        batch,
        answer: (answers = batch.map(({ key, requests }) => requests.map((request) => `${key}${request}`))) =>
          resolve(answers),
        fail: reject,
      });
    });

  get sent() {
    return this.batches.map(({ batch }) => Object.fromEntries(batch.map((one) => [one.key, one.requests])));
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const undone = new Error('undone');

describe('Batcher', () => {
  const setUp = (options: Partial<BatcherOptions<number, string>> = {}, gate = new Gate()) => {
    const batcher = new Batcher<number, string>({
      decide: gate.decide,
      isUndone: (error) => error === undone,
      lanes: 2,
      maxBatch: 3,
      splitAbove: 3,
      queueLimit: 5,
      queueFull: () => new Error('full'),
      ...options,
    });
    return { gate, batcher };
  };
  const batch = (gate: Gate, index: number) => gate.batches[index] as Gate['batches'][number];

  it('sends a claim for an idle item as soon as the event loop comes round', async () => {
    const { gate, batcher } = setUp();
    const answer = batcher.submit('a', 1);
    await settle();
    expect(gate.sent).toEqual([{ a: [1] }]);
    expect(batcher.waiting).toBe(0);
    batch(gate, 0).answer();
    expect(await answer).toBe('a1');
  });

  it('leaves about half of a crowd for the next batch, up to the largest that a batch may be', async () => {
    const { gate, batcher } = setUp({ lanes: 1, maxBatch: 4, splitAbove: 2, queueLimit: 100 });
    for (let request = 1; request <= 14; request += 1) void batcher.submit('a', request);
    const sizes: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      await settle();
      sizes.push(gate.batches[index]?.batch[0]?.requests.length ?? 0);
      batch(gate, index).answer();
    }
    // 14 wait, then 10, 6, 3, 1.
    expect(sizes).toEqual([4, 4, 3, 2, 1]);
  });

  it('sends the next batch before it tells of the last, though a connection is lent on the next tick', async () => {
    const events: string[] = [];
    const gate = new Gate();
    const decide = async (batch: KeyedRequests<number>[]) => {
      await new Promise<void>((lent) => process.nextTick(lent));
      events.push('sent');
      return gate.decide(batch);
    };
    const { batcher } = setUp({ decide }, gate);
    void batcher.submit('a', 1).then(() => events.push('told'));
    await settle();
    void batcher.submit('a', 2);
    batch(gate, 0).answer();
    await settle();
    expect(events).toEqual(['sent', 'sent', 'told']);
  });

  it('sends together what arrived together', async () => {
    const { gate, batcher } = setUp();
    const answers = [batcher.submit('a', 1), batcher.submit('b', 2), batcher.submit('a', 3)];
    await settle();
    expect(gate.sent).toEqual([{ a: [1, 3], b: [2] }]);
    batch(gate, 0).answer();
    expect(await Promise.all(answers)).toEqual(['a1', 'b2', 'a3']);
  });

  it('gathers what arrives while a batch is in flight, in order and up to the limit', async () => {
    const { gate, batcher } = setUp();
    const first = batcher.submit('a', 1);
    await settle();
    const later = [2, 3, 4, 5].map((request) => batcher.submit('a', request));
    await settle();
    expect(batcher.waiting).toBe(4);
    expect(gate.sent).toHaveLength(1);
    batch(gate, 0).answer();
    expect(await first).toBe('a1');
    expect(gate.sent).toEqual([{ a: [1] }, { a: [2, 3, 4] }]);
    expect(batcher.waiting).toBe(1);
    batch(gate, 1).answer();
    await settle();
    batch(gate, 2).answer();
    expect(await Promise.all(later)).toEqual(['a2', 'a3', 'a4', 'a5']);
  });

  it('takes the items that have waited longest when a lane falls free', async () => {
    const { gate, batcher } = setUp({ lanes: 1, maxBatch: 2, queueLimit: 9 });
    void batcher.submit('a', 1);
    await settle();
    for (const [item, request] of [
      ['a', 2],
      ['b', 3],
      ['c', 4],
      ['c', 5],
    ] as const)
      void batcher.submit(item, request);
    batch(gate, 0).answer();
    await settle();
    // 'a' was in flight until now, so it joins the line behind the others.
    expect(gate.sent[1]).toEqual({ b: [3], c: [4] });
    batch(gate, 1).answer();
    await settle();
    expect(gate.sent[2]).toEqual({ a: [2], c: [5] });
  });

  it('does not let an item wait for another while a lane is free', async () => {
    const { gate, batcher } = setUp();
    void batcher.submit('a', 1);
    await settle();
    const other = batcher.submit('b', 2);
    await settle();
    expect(gate.sent).toEqual([{ a: [1] }, { b: [2] }]);
    batch(gate, 1).answer();
    expect(await other).toBe('b2');
  });

  it('refuses beyond the queue limit, over all items, and takes on again afterwards', async () => {
    const { gate, batcher } = setUp({ queueLimit: 2 });
    const first = batcher.submit('a', 1);
    await settle();
    void batcher.submit('b', 1);
    await settle();
    const waiting = [batcher.submit('a', 2), batcher.submit('b', 2)];
    await expect(batcher.submit('a', 3)).rejects.toThrow('full');
    batch(gate, 0).answer();
    await first;
    const late = batcher.submit('a', 3);
    for (let index = 1; index < 5; index += 1) {
      gate.batches[index]?.answer();
      await settle();
    }
    expect(await Promise.all([...waiting, late])).toEqual(['a2', 'b2', 'a3']);
  });

  it('tells everyone in a failed batch, nobody else, and goes on', async () => {
    const { gate, batcher } = setUp();
    const first = batcher.submit('a', 1);
    await settle();
    const second = batcher.submit('a', 2);
    const third = batcher.submit('a', 3);
    batch(gate, 0).answer();
    expect(await first).toBe('a1');
    const fourth = batcher.submit('a', 4);
    batch(gate, 1).fail(new Error('lost'));
    await expect(second).rejects.toThrow('lost');
    await expect(third).rejects.toThrow('lost');
    await settle();
    batch(gate, 2).answer();
    expect(await fourth).toBe('a4');
  });

  it('decides the items of a batch that is undone one by one, so that only the culprit fails', async () => {
    const { gate, batcher } = setUp();
    const [good, bad, alsoGood] = [batcher.submit('a', 1), batcher.submit('b', 2), batcher.submit('c', 3)];
    await settle();
    batch(gate, 0).fail(undone);
    await settle();
    batch(gate, 1).answer();
    expect(await good).toBe('a1');
    batch(gate, 2).fail(undone);
    await expect(bad).rejects.toBe(undone);
    await settle();
    batch(gate, 3).answer();
    expect(await alsoGood).toBe('c3');
    expect(gate.sent.slice(1)).toEqual([{ a: [1] }, { b: [2] }, { c: [3] }]);
  });

  it('does not send a batch again of which nobody knows what became of it', async () => {
    const { gate, batcher } = setUp();
    const answers = [batcher.submit('a', 1), batcher.submit('b', 2)];
    await settle();
    batch(gate, 0).fail(new Error('lost'));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await settle();
    expect(gate.sent).toHaveLength(1);
  });

  it('says yes to nobody when the answers do not match the claims', async () => {
    const { gate, batcher } = setUp();
    const answer = batcher.submit('a', 1);
    await settle();
    batch(gate, 0).answer([['x', 'y']]);
    await expect(answer).rejects.toThrow('1 requests were answered with 2');
  });
});
