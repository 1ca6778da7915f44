import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../auth/index.js';
import type { EventStatus } from './event-states.js';

/** A drop. Named so because `Event` is taken by the platform. */
@Entity('events')
@Index('events_by_start', ['startsAt', 'id'])
@Index('events_to_open', ['startsAt'], { where: `opened_at IS NULL AND status <> 'closed'` })
@Index('events_to_close', ['endsAt'], { where: `status <> 'closed'` })
@Check('events_status_known', `status IN ('locked', 'live', 'sold_out', 'closed')`)
@Check('events_ends_after_start', 'ends_at > starts_at')
@Check('events_ttl_positive', 'reservation_ttl_seconds > 0')
export class DropEvent {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'events_pkey' })
  id!: string;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text', default: 'locked' })
  status!: EventStatus;

  @Column({ name: 'starts_at', type: 'timestamptz' })
  startsAt!: Date;

  @Column({ name: 'ends_at', type: 'timestamptz' })
  endsAt!: Date;

  @Column({ name: 'reservation_ttl_seconds', type: 'integer' })
  reservationTtlSeconds!: number;

  /** Counts edits; the ETag. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  /** Null until the opening has been carried out, by the scheduler or an admin. */
  @Column({ name: 'opened_at', type: 'timestamptz', nullable: true })
  openedAt!: Date | null;

  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt!: Date | null;

  @Column({ name: 'sold_out_at', type: 'timestamptz', nullable: true })
  soldOutAt!: Date | null;

  @Column({ name: 'force_opened_at', type: 'timestamptz', nullable: true })
  forceOpenedAt!: Date | null;

  @ForeignKey(() => User, { name: 'events_force_opened_by_fkey' })
  @Column({ name: 'force_opened_by', type: 'uuid', nullable: true })
  forceOpenedBy!: string | null;

  @Column({ name: 'force_closed_at', type: 'timestamptz', nullable: true })
  forceClosedAt!: Date | null;

  @ForeignKey(() => User, { name: 'events_force_closed_by_fkey' })
  @Column({ name: 'force_closed_by', type: 'uuid', nullable: true })
  forceClosedBy!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
