import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

@Entity('reviews')
@Unique('reviews_one_per_user', ['itemId', 'userId'])
@Index('reviews_by_item', ['itemId', 'id'])
@Index('reviews_by_rating', ['itemId', 'rating'])
@Check('reviews_rating_in_range', 'rating BETWEEN 1 AND 5')
export class ReviewRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'reviews_pkey' })
  id!: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId!: string;

  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @Column({ type: 'integer' })
  rating!: number;

  @Column({ type: 'text', nullable: true })
  text!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
