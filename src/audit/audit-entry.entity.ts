import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../auth/index.js';
import type { AuditAction, AuditTarget } from './audit-actions.js';

/** One act of an admin: who did what to what. Written in the act's own transaction, never changed. */
@Entity('audit_log')
@Index('audit_log_by_target', ['targetId', 'id'])
@Index('audit_log_by_actor', ['actorId', 'id'])
export class AuditEntry {
  /** A UUIDv7, so that the newest entry has the greatest id. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'audit_log_pkey' })
  id!: string;

  @ForeignKey(() => User, { name: 'audit_log_actor_fkey' })
  @Column({ name: 'actor_id', type: 'uuid' })
  actorId!: string;

  @Column({ type: 'text' })
  action!: AuditAction;

  @Column({ name: 'target_type', type: 'text' })
  targetType!: AuditTarget;

  @Column({ name: 'target_id', type: 'uuid' })
  targetId!: string;

  @Column({ type: 'jsonb', default: {} })
  details!: object;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
