import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { CatalogItem } from '../catalog/index.js';
import { minorUnits } from '../platform/database/index.js';
import { DropEvent } from './event.entity.js';

/** A catalog item in one event: its price and its stock. */
@Entity('event_items')
@Unique('event_items_item_once', ['eventId', 'itemId'])
@Index('event_items_by_item', ['itemId'])
@Check('event_items_stock_in_range', 'stock_remaining BETWEEN 0 AND stock_total')
@Check('event_items_stock_positive', 'stock_total > 0')
@Check('event_items_price_not_negative', 'price_minor >= 0')
@Check('event_items_limit_positive', 'per_user_limit > 0')
export class EventItem {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'event_items_pkey' })
  id!: string;

  @ForeignKey(() => DropEvent, { name: 'event_items_event_fkey' })
  @Column({ name: 'event_id', type: 'uuid' })
  eventId!: string;

  @ForeignKey(() => CatalogItem, { name: 'event_items_item_fkey' })
  @Column({ name: 'item_id', type: 'uuid' })
  itemId!: string;

  @Column({ type: 'integer' })
  position!: number;

  @Column({ name: 'price_minor', ...minorUnits })
  priceMinor!: number;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ name: 'stock_total', type: 'integer' })
  stockTotal!: number;

  @Column({ name: 'stock_remaining', type: 'integer' })
  stockRemaining!: number;

  @Column({ name: 'per_user_limit', type: 'integer' })
  perUserLimit!: number;
}
