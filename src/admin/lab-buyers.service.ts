import { Injectable } from '@nestjs/common';
import { DisposableAccounts } from '../auth/index.js';
import { Database } from '../database/index.js';
import type { LabBuyersRequest } from './dto/lab-buyers.request.js';
import type { LabBuyersResponse, LabRetirementResponse } from './dto/lab-buyers.response.js';

/** Buyers for load tests. */
@Injectable()
export class LabBuyersService {
  constructor(
    private readonly accounts: DisposableAccounts,
    private readonly database: Database,
  ) {}

  /** Makes accounts that can buy at once; all or none. */
  async make({ runId, count, tokenTtlSeconds }: LabBuyersRequest): Promise<LabBuyersResponse> {
    const ids = await this.database.transaction((transaction) =>
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
