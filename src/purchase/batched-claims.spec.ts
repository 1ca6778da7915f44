import { BatchedClaims } from './batched-claims.js';

/** A database that answers when the test says so. */
class Gate {
  readonly batches: {
    itemId: string;
    requests: number[];
    answer(answers?: string[]): void;
    fail(error: Error): void;
  }[] = [];

  readonly decide = (itemId: string, requests: number[]) =>
    new Promise<string[]>((resolve, reject) => {
      this.batches.push({
        itemId,
        requests,
        answer: (answers = requests.map((request) => `${itemId}${request}`)) => resolve(answers),
        fail: reject,
      });
    });

  get sent() {
    return this.batches.map(({ itemId, requests }) => [itemId, requests]);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('BatchedClaims', () => {
  const setUp = (limits: { maxBatch?: number; queueLimit?: number } = {}) => {
    const gate = new Gate();
    const claims = new BatchedClaims<number, string>({
      decide: gate.decide,
      maxBatch: 3,
      queueLimit: 5,
      queueFull: () => new Error('full'),
      ...limits,
    });
    return { gate, claims };
  };
  const batch = (gate: Gate, index: number) => gate.batches[index] as Gate['batches'][number];

  it('sends a claim for an idle item at once', async () => {
    const { gate, claims } = setUp();
    const answer = claims.claim('a', 1);
    expect(gate.sent).toEqual([['a', [1]]]);
    batch(gate, 0).answer();
    expect(await answer).toBe('a1');
  });

  it('gathers what arrives while a batch is in flight, in order and up to the limit', async () => {
    const { gate, claims } = setUp();
    const answers = [1, 2, 3, 4, 5].map((request) => claims.claim('a', request));
    expect(claims.waiting).toBe(4);
    batch(gate, 0).answer();
    await settle();
    expect(gate.sent).toEqual([
      ['a', [1]],
      ['a', [2, 3, 4]],
    ]);
    expect(claims.waiting).toBe(1);
    batch(gate, 1).answer();
    await settle();
    batch(gate, 2).answer();
    expect(await Promise.all(answers)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('does not let items wait for each other', async () => {
    const { gate, claims } = setUp();
    void claims.claim('a', 1);
    const other = claims.claim('b', 2);
    expect(gate.sent).toEqual([
      ['a', [1]],
      ['b', [2]],
    ]);
    batch(gate, 1).answer();
    expect(await other).toBe('b2');
  });

  it('refuses beyond the queue limit, over all items, and takes on again afterwards', async () => {
    const { gate, claims } = setUp({ queueLimit: 2 });
    const first = claims.claim('a', 1);
    void claims.claim('b', 1);
    const waiting = [claims.claim('a', 2), claims.claim('b', 2)];
    await expect(claims.claim('a', 3)).rejects.toThrow('full');
    batch(gate, 0).answer();
    await first;
    await settle();
    const late = claims.claim('a', 3);
    for (let index = 1; index < 5; index += 1) {
      gate.batches[index]?.answer();
      await settle();
    }
    expect(await Promise.all([...waiting, late])).toEqual(['a2', 'b2', 'a3']);
  });

  it('tells everyone in a failed batch, nobody else, and goes on', async () => {
    const { gate, claims } = setUp();
    const first = claims.claim('a', 1);
    const second = claims.claim('a', 2);
    const third = claims.claim('a', 3);
    batch(gate, 0).answer();
    expect(await first).toBe('a1');
    await settle();
    const fourth = claims.claim('a', 4);
    batch(gate, 1).fail(new Error('lost'));
    await expect(second).rejects.toThrow('lost');
    await expect(third).rejects.toThrow('lost');
    await settle();
    batch(gate, 2).answer();
    expect(await fourth).toBe('a4');
  });

  it('says yes to nobody when the answers do not match the claims', async () => {
    const { gate, claims } = setUp();
    const answer = claims.claim('a', 1);
    batch(gate, 0).answer(['x', 'y']);
    await expect(answer).rejects.toThrow('1 claims were answered with 2');
  });
});
