import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../platform/database/index.js';
import { AuditEntry } from './audit-entry.entity.js';

export interface AuditFilter {
  actorId?: string;
  targetId?: string;
  /** Only entries older than this one. */
  beforeId?: string;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async append(transaction: Transaction, entry: Omit<AuditEntry, 'createdAt'>): Promise<void> {
    await transaction.manager.insert(AuditEntry, entry);
  }

  /** Newest first. */
  newest(filter: AuditFilter, count: number): Promise<AuditEntry[]> {
    const query = this.database.reader
      .createQueryBuilder(AuditEntry, 'entry')
      .orderBy('entry.id', 'DESC')
      .limit(count);
    if (filter.actorId) query.andWhere('entry.actorId = :actorId', { actorId: filter.actorId });
    if (filter.targetId) query.andWhere('entry.targetId = :targetId', { targetId: filter.targetId });
    if (filter.beforeId) query.andWhere('entry.id < :beforeId', { beforeId: filter.beforeId });
    return query.getMany();
  }
}
