import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The key of a user's request, and what that request came to. */
@Entity('idempotency_records')
@Index('idempotency_records_by_age', ['createdAt'])
export class IdempotencyRecord {
  /** Without a foreign key: accounts are a module above this one, and a user's row is never deleted. */
  @PrimaryColumn({ name: 'user_id', type: 'uuid', primaryKeyConstraintName: 'idempotency_records_pkey' })
  userId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_records_pkey' })
  key!: string;

  @Column({ name: 'request_hash', type: 'bytea' })
  requestHash!: Buffer;

  /** The id of what the request makes, chosen before it is made in a store other than PostgreSQL. */
  @Column({ name: 'resource_id', type: 'uuid', nullable: true })
  resourceId!: string | null;

  /** Null while the request is under way, and where the answer must not be stored. `json` keeps it as it was sent. */
  @Column({ type: 'json', nullable: true })
  answer!: unknown;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
