import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { v5 } from 'uuid';
import type { Transaction } from '../../platform/database/index.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { DisposableAccountRepository } from './disposable-account.repository.js';
import { RevocationRepository } from '../tokens/revocation.repository.js';
import { Revocations } from '../tokens/revocations.js';

export interface DisposableBuyer {
  id: string;
  accessToken: string;
}

/** Signing takes some 10 µs: a turn of the event loop stays below two milliseconds. */
const TOKENS_PER_TURN = 100;

/** Names the session of a run: an id of its own kind, so that none can be made to equal a real session's. */
const RUN_SESSIONS = '5d2c8f0e-6f0a-4b6e-9d3f-0c6a51f7b9e4';

const FIRST_TOKEN_VERSION = 1;

/**
 * Accounts in bulk for load tests: no password, an access token each, all of one run in one session, so
 * that one revocation ends them.
 */
@Injectable()
export class DisposableAccounts {
  constructor(
    private readonly accounts: DisposableAccountRepository,
    private readonly tokens: AccessTokens,
    private readonly revocationRepository: RevocationRepository,
    private readonly revocations: Revocations,
  ) {}

  /** @returns their ids; `issueTokens` after the commit makes them useful. */
  create(transaction: Transaction, runId: string, count: number): Promise<string[]> {
    return this.accounts.create(transaction, runId, count);
  }

  async issueTokens(ids: readonly string[], runId: string, ttlSeconds: number): Promise<DisposableBuyer[]> {
    const sessionId = sessionOf(runId);
    const buyers: DisposableBuyer[] = [];
    for (const id of ids) {
      const subject = {
        userId: id,
        role: 'customer' as const,
        sessionId,
        tokenVersion: FIRST_TOKEN_VERSION,
      };
      buyers.push({ id, accessToken: this.tokens.issue(subject, ttlSeconds).accessToken });
      if (buyers.length % TOKENS_PER_TURN === 0) await nextTurn();
    }
    return buyers;
  }

  /**
   * Deactivates the accounts of a run; their tokens stop working on every instance within a second of the
   * commit. A run that is unknown, or was retired before, has none.
   * @returns how many there were
   */
  async retire(transaction: Transaction, runId: string): Promise<number> {
    const retired = await this.accounts.deactivate(transaction, runId);
    if (retired > 0) await this.revocationRepository.revokeSessions(transaction, [sessionOf(runId)]);
    return retired;
  }

  /** For after the commit of `retire`: this instance knows at once. */
  retiredHere(runId: string): void {
    this.revocations.endedHere([sessionOf(runId)]);
  }
}

function sessionOf(runId: string): string {
  return v5(runId, RUN_SESSIONS);
}
