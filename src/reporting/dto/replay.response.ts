import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { IsInstant, MayBeAbsent, Money } from '../../platform/values/index.js';

/** More points than this no chart can show, and no answer should carry. */
const MAX_REPLAY_BUCKETS = 300;

export class ReplayQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'Without it, from the opening.' })
  @MayBeAbsent()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Without it, until the last thing that happened.',
  })
  @MayBeAbsent()
  @IsInstant()
  to?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 10, maximum: MAX_REPLAY_BUCKETS, default: 200 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(10)
  @Max(MAX_REPLAY_BUCKETS)
  buckets: number = 200;
}

/** What happened in one interval; orders are counted, whatever their quantity. */
class ReplayBucket {
  @ApiProperty({ format: 'date-time', description: 'When the interval began.' })
  at!: string;

  @ApiProperty({ type: 'integer', description: 'Reservations made.' })
  created!: number;

  @ApiProperty({ type: 'integer' })
  confirmed!: number;

  @ApiProperty({ type: 'integer', description: 'Reservations that ended without a sale.' })
  released!: number;

  @ApiProperty({ type: 'integer', description: 'Units left at the end of the interval.' })
  stockRemaining!: number;
}

/** What became of all reservations so far, as numbers of orders. */
class ReplayConversion {
  @ApiProperty({ type: 'integer', description: 'Every reservation that was made.' })
  reservations!: number;

  @ApiProperty({ type: 'integer' })
  confirmed!: number;

  @ApiProperty({ type: 'integer', description: 'Given back by their shoppers.' })
  cancelled!: number;

  @ApiProperty({ type: 'integer', description: 'Released because the drop was closed.' })
  closed!: number;

  @ApiProperty({ type: 'integer' })
  expired!: number;

  @ApiProperty({ type: 'integer', description: 'Still held.' })
  reserved!: number;

  @ApiProperty({ type: 'integer', description: 'People with at least one reservation.' })
  shoppers!: number;
}

export class ReplayResponse {
  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When selling began: at the start, when forced open, or when made with a start in the past.',
  })
  openedAt!: string;

  @ApiProperty({ format: 'double', description: 'The length of an interval.' })
  bucketSeconds!: number;

  @ApiProperty({ type: [ReplayBucket] })
  buckets!: ReplayBucket[];

  @ApiProperty({ type: 'integer' })
  stockTotal!: number;

  @ApiProperty({ type: 'integer', description: 'Units of confirmed orders.' })
  unitsSold!: number;

  @ApiProperty({ type: [Money] })
  revenue!: Money[];

  @ApiProperty()
  conversion!: ReplayConversion;

  @ApiProperty({
    type: Number,
    format: 'double',
    nullable: true,
    description:
      'From the opening until the last unit was taken by an order that was confirmed; null if not all were sold.',
  })
  sellOutSeconds!: number | null;

  @ApiProperty({ type: 'integer', description: 'The most reservations made within one second.' })
  peakOrdersPerSecond!: number;

  @ApiProperty({
    type: Number,
    format: 'double',
    nullable: true,
    description: 'From reservation to confirmation.',
  })
  medianConfirmSeconds!: number | null;
}
