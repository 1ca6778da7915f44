import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { orderStatuses, type OrderStatus } from '../../purchase/index.js';

const MAX_CENSUS_PAGE_SIZE = 1_000;

/** Units, not orders, except for `orders`. */
export class CensusItem {
  @ApiProperty({ format: 'uuid' })
  eventItemId!: string;

  @ApiProperty({ type: 'integer' })
  perUserLimit!: number;

  @ApiProperty({ type: 'integer' })
  stockTotal!: number;

  @ApiProperty({ type: 'integer' })
  stockRemaining!: number;

  @ApiProperty({ type: 'integer' })
  reserved!: number;

  @ApiProperty({ type: 'integer' })
  confirmed!: number;

  @ApiProperty({ type: 'integer' })
  cancelled!: number;

  @ApiProperty({ type: 'integer' })
  expired!: number;

  @ApiProperty({ type: 'integer', description: 'Orders of every status.' })
  orders!: number;
}

class OverdueReservations {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({
    format: 'double',
    description: 'How long the oldest of them is past its time; 0 if there is none.',
  })
  oldestSeconds!: number;
}

export class CensusResponse {
  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty({ format: 'date-time' })
  takenAt!: string;

  @ApiProperty({ type: [CensusItem] })
  items!: CensusItem[];

  @ApiProperty({ type: 'integer', description: 'Users who hold more of an item than they may.' })
  usersAboveLimit!: number;

  @ApiProperty({ type: 'integer', description: 'Idempotency keys with more than one order.' })
  duplicateKeys!: number;

  @ApiProperty()
  overdueReservations!: OverdueReservations;
}

export class CensusOrdersQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_CENSUS_PAGE_SIZE, default: 100 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_CENSUS_PAGE_SIZE)
  limit: number = 100;

  @ApiPropertyOptional({ description: 'nextCursor of the page before.', maxLength: 512 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}

export class CensusOrder {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  userId!: string;

  @ApiProperty({ format: 'uuid' })
  eventItemId!: string;

  @ApiProperty({ type: 'integer' })
  quantity!: number;

  @ApiProperty({ enum: orderStatuses })
  status!: OrderStatus;

  @ApiProperty({ type: String, nullable: true })
  idempotencyKey!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  reservedUntil!: string;
}
