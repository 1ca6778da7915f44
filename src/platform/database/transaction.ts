import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/**
 * An open transaction. The use case that opened it owns it: parts that other modules compose take it as their first
 * argument and never open one of their own. It carries the ways to tell others what was done in it.
 */
export class Transaction {
  private static readonly logger = new Logger('Transaction');
  private readonly hints: (() => void)[] = [];

  constructor(readonly manager: EntityManager) {}

  /** Runs SQL in the transaction. The row type is asserted; `npm run check:sql` compares it with the schema. */
  query<Result>(text: string, values?: readonly unknown[]): Promise<Result> {
    return this.manager.query<Result>(text, values && [...values]);
  }

  /**
   * Calls `hint` once the transaction is committed, in the order of the calls; never if it rolls back. For news in
   * memory only: a crash between the commit and the call loses it.
   */
  afterCommit(hint: () => void): void {
    this.hints.push(hint);
  }

  /** Calls the hints. What one throws is logged: the commit stands, and the other hints are called. */
  committed(): void {
    for (const hint of this.hints)
      try {
        hint();
      } catch (error) {
        Transaction.logger.error({ err: error, msg: 'A hint after a commit failed' });
      }
  }
}
