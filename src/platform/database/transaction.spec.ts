import type { EntityManager } from 'typeorm';
import { Transaction } from './transaction.js';

describe('a transaction', () => {
  it('tells its hints in their order once it is committed, whatever one of them throws', () => {
    const told: string[] = [];
    const transaction = new Transaction({} as EntityManager);
    transaction.afterCommit(() => told.push('first'));
    transaction.afterCommit(() => {
      throw new Error('a listener of ours is broken');
    });
    transaction.afterCommit(() => told.push('last'));
    expect(told).toEqual([]);
    transaction.committed();
    expect(told).toEqual(['first', 'last']);
  });
});
