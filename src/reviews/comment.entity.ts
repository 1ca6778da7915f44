import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('comments')
@Index('comments_by_thread', ['rootId', 'id'])
@Index('comments_by_author', ['authorId', 'eventId', 'createdAt'])
@Index('comments_roots_by_event', ['eventId', 'id'], { where: 'parent_id IS NULL' })
@Check('comments_depth_not_negative', 'depth >= 0')
export class CommentRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'comments_pkey' })
  id!: string;

  @Column({ name: 'event_id', type: 'uuid' })
  eventId!: string;

  @Column({ name: 'root_id', type: 'uuid' })
  rootId!: string;

  @Column({ name: 'parent_id', type: 'uuid', nullable: true })
  parentId!: string | null;

  @Column({ type: 'integer' })
  depth!: number;

  @Column({ name: 'author_id', type: 'uuid' })
  authorId!: string;

  @Column({ type: 'text' })
  text!: string;

  /** How many replies stand; kept on the thread's first comment alone, to bound the thread. */
  @Column({ name: 'reply_count', type: 'integer', default: 0 })
  replyCount!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true })
  removedAt!: Date | null;
}
