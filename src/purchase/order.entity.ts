import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../auth/index.js';
import { minorUnits } from '../platform/database/index.js';
import { EventItem } from '../events/index.js';
import type { OrderStatus, ReleaseReason } from './order-states.js';

@Entity('orders')
@Index('orders_idempotency', ['userId', 'idempotencyKey'], {
  unique: true,
  where: 'idempotency_key IS NOT NULL',
})
@Index('orders_by_user', ['userId', 'id'])
@Index('orders_by_event_item', ['eventItemId', 'userId'])
@Index('orders_to_expire', ['reservedUntil'], { where: `status = 'reserved'` })
@Check('orders_status_known', `status IN ('reserved', 'confirmed', 'cancelled', 'expired')`)
@Check('orders_quantity_positive', 'quantity > 0')
@Check('orders_release_reason_known', `release_reason IN ('shopper', 'expiry', 'event_closed')`)
export class Order {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'orders_pkey' })
  id!: string;

  @ForeignKey(() => User, { name: 'orders_user_fkey' })
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @ForeignKey(() => EventItem, { name: 'orders_event_item_fkey' })
  @Column({ name: 'event_item_id', type: 'uuid' })
  eventItemId!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  @Column({ name: 'unit_price_minor', ...minorUnits })
  unitPriceMinor!: number;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'text', default: 'reserved' })
  status!: OrderStatus;

  @Column({ name: 'reserved_until', type: 'timestamptz' })
  reservedUntil!: Date;

  @Column({ name: 'idempotency_key', type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true })
  confirmedAt!: Date | null;

  /** When the stock was given back, by cancelling or expiry. */
  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  releasedAt!: Date | null;

  @Column({ name: 'release_reason', type: 'text', nullable: true })
  releaseReason!: ReleaseReason | null;
}
