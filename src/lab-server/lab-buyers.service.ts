import { Injectable } from '@nestjs/common';
import { DisposableAccounts } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import type { LabBuyersRequest } from './dto/lab-buyers.request.js';
import type { LabBuyersResponse, LabRetirementResponse } from './dto/lab-buyers.response.js';

/** Buyers for load tests. */
@Injectable()
export class LabBuyersService {
  constructor(
    private readonly accounts: DisposableAccounts,
    private readonly database: Database,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** Makes accounts that can buy at once; all or none. Their tokens are not kept with the key. */
  async make(
    adminId: string,
    { runId, count, tokenTtlSeconds }: LabBuyersRequest,
    keyed?: KeyedRequest,
  ): Promise<LabBuyersResponse> {
    const ids = await this.idempotency.inTransaction(adminId, keyed, (transaction) =>
      this.accounts.create(transaction, runId, count),
    );
    return { buyers: await this.accounts.issueTokens(ids, runId, tokenTtlSeconds) };
  }

  /** Ends every account of a run, whoever made it. */
  async retire(runId: string): Promise<LabRetirementResponse> {
    const retired = await this.database.transaction((transaction) =>
      this.accounts.retire(transaction, runId),
    );
    if (retired > 0) this.accounts.retiredHere(runId);
    return { retired };
  }
}
