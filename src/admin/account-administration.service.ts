import { Injectable } from '@nestjs/common';
import { SecurityEvents, UserAdministration, UserDirectory } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { AuditService } from '../audit/index.js';

/** Acts on accounts. Each runs in one transaction with its audit entry. */
@Injectable()
export class AccountAdministration {
  constructor(
    private readonly database: Database,
    private readonly users: UserAdministration,
    private readonly directory: UserDirectory,
    private readonly audit: AuditService,
    private readonly events: SecurityEvents,
  ) {}

  /** @throws USER_NOT_FOUND, LAST_ADMIN, FORBIDDEN if the admin was deactivated a moment ago */
  async deactivate(adminId: string, userId: string): Promise<void> {
    const details = await this.labelOf(userId);
    await this.database.transaction(async (transaction) => {
      await this.users.deactivate(transaction, userId, adminId);
      await this.audit.record(transaction, adminId, 'user.deactivated', userId, details);
    });
    this.events.record({ act: 'account.deactivate', outcome: 'ok', userId, actorId: adminId });
  }

  /** @throws USER_NOT_FOUND */
  async activate(adminId: string, userId: string): Promise<void> {
    const details = await this.labelOf(userId);
    await this.database.transaction(async (transaction) => {
      await this.users.activate(transaction, userId);
      await this.audit.record(transaction, adminId, 'user.activated', userId, details);
    });
    this.events.record({ act: 'account.activate', outcome: 'ok', userId, actorId: adminId });
  }

  private async labelOf(userId: string): Promise<{ displayName?: string }> {
    return { displayName: (await this.directory.displayNames([userId])).get(userId) };
  }
}
