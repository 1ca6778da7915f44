import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Tells every instance which access tokens to stop honouring: those of a session, or a user's old ones. */
@Entity('revocations')
@Index('revocations_by_time', ['createdAt'])
@Check('revocations_one_target', '(session_id IS NULL) <> (user_id IS NULL)')
export class Revocation {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'revocations_pkey' })
  id!: string;

  @Column({ name: 'session_id', type: 'uuid', nullable: true })
  sessionId!: string | null;

  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  @Column({ name: 'min_token_version', type: 'integer', nullable: true })
  minTokenVersion!: number | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
