import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../auth/index.js';
import { decodeCursor, toPage, type Page } from '../platform/http/index.js';
import { newId } from '../platform/values/index.js';
import type { Transaction } from '../platform/database/index.js';
import { isUUID } from 'class-validator';
import { targetTypeOf, type AuditAction } from './audit-actions.js';
import { AuditRepository } from './audit.repository.js';
import type { AuditEntryResponse } from './dto/audit-entry.response.js';
import type { AuditPageQuery } from './dto/audit-page.query.js';

@Injectable()
export class AuditService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly users: UserDirectory,
  ) {}

  /**
   * Writes one act into the trail, in the act's own transaction: there is no act without its entry and
   * no entry without its act. `details` must hold no secrets.
   */
  async record(
    transaction: Transaction,
    actorId: string,
    action: AuditAction,
    targetId: string,
    details: object = {},
  ): Promise<void> {
    const targetType = targetTypeOf(action);
    await this.entries.append(transaction, { id: newId(), actorId, action, targetType, targetId, details });
  }

  /**
   * Newest first, with the actors' names resolved in one query.
   * @throws INVALID_CURSOR
   */
  async list({ limit, cursor, actorId, targetId }: AuditPageQuery): Promise<Page<AuditEntryResponse>> {
    const [beforeId] = decodeCursor(cursor, [isUUID]) ?? [];
    const rows = await this.entries.newest({ actorId, targetId, beforeId }, limit + 1);
    const names = await this.users.displayNames([...new Set(rows.map((row) => row.actorId))]);
    return toPage(
      rows,
      limit,
      (row) => [row.id],
      (row) => ({
        id: row.id,
        actor: { id: row.actorId, displayName: names.get(row.actorId) ?? '' },
        action: row.action,
        target: { type: row.targetType, id: row.targetId },
        details: row.details,
        createdAt: row.createdAt.toISOString(),
      }),
    );
  }
}
