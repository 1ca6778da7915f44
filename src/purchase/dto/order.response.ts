import { ApiProperty } from '@nestjs/swagger';
import { Money } from '../../platform/values/index.js';
import { PageOf } from '../../platform/http/index.js';
import { orderStatuses, releaseReasons, type OrderStatus, type ReleaseReason } from '../order-states.js';

/** An order as its owner sees it. */
export class OrderResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty({ format: 'uuid' })
  eventItemId!: string;

  @ApiProperty()
  itemName!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  quantity!: number;

  @ApiProperty()
  unitPrice!: Money;

  @ApiProperty({ description: 'Unit price times quantity.' })
  total!: Money;

  @ApiProperty({ enum: orderStatuses })
  status!: OrderStatus;

  @ApiProperty({ format: 'date-time', description: 'Confirm before then, or the stock goes back.' })
  reservedUntil!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  confirmedAt!: string | null;

  @ApiProperty({
    type: String,
    enum: [...releaseReasons, null],
    nullable: true,
    description:
      'Why a cancelled or expired order gave its stock back: the shopper did so, its time ran out, or an admin closed the event. Else null.',
  })
  releaseReason!: ReleaseReason | null;
}

/** An order among others, where one cannot see whence it is. */
export class ListedOrderResponse extends OrderResponse {
  @ApiProperty()
  eventTitle!: string;
}

export class OrderEnvelope {
  @ApiProperty()
  order!: OrderResponse;
}

export const PageOfOrders = PageOf(ListedOrderResponse);
