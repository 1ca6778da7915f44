import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../values/index.js';
import type { Message, PublishedMessage } from './message.js';

/**
 * An open transaction. The use case that opened it owns it: parts that other modules compose take it as their first
 * argument and never open one of their own. It carries the ways to tell others what was done in it.
 */
export class Transaction {
  private static readonly logger = new Logger('Transaction');
  private readonly hints: (() => void)[] = [];
  /** In the order of the calls; `Database` has them written right before the commit. */
  readonly published: PublishedMessage[] = [];

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

  /**
   * Sends a message with the commit; not at all if the transaction rolls back. Each subscriber gets it at least once,
   * however often instances crash. Never in a claim: the purchase path writes no job.
   * @throws ZodError if the payload is not what the message declares
   */
  publish<Payload>(message: Message<Payload>, payload: Payload): void {
    this.published.push({ id: newId(), message, payload: message.schema.parse(payload) });
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
