import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Session } from './session.entity.js';

@Entity('refresh_tokens')
@Index('refresh_tokens_by_session', ['sessionId'])
export class RefreshToken {
  /** SHA-256 of the token; the token itself is only in the browser. */
  @PrimaryColumn({ name: 'token_hash', type: 'text', primaryKeyConstraintName: 'refresh_tokens_pkey' })
  tokenHash!: string;

  @ForeignKey(() => Session, { name: 'refresh_tokens_session_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'session_id', type: 'uuid' })
  sessionId!: string;

  @Column({ type: 'integer' })
  generation!: number;

  @Column({ name: 'issued_at', type: 'timestamptz', default: () => 'now()' })
  issuedAt!: Date;

  /** When it was exchanged for one of the next generation; one token of each generation is. */
  @Column({ name: 'superseded_at', type: 'timestamptz', nullable: true })
  supersededAt!: Date | null;
}
