import { ApiProperty } from '@nestjs/swagger';
import { Money } from '../../platform/values/index.js';
import { PageOf } from '../../platform/http/index.js';
import { eventStatuses, type EventStatus } from '../../events/index.js';
import { PACE_SECONDS } from '../../purchase/index.js';

export class DashboardEventResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ enum: eventStatuses, enumName: 'EventStatus' })
  status!: EventStatus;

  @ApiProperty({ format: 'date-time' })
  startsAt!: string;

  @ApiProperty({ format: 'date-time' })
  endsAt!: string;

  @ApiProperty({ format: 'date-time', nullable: true, type: String, description: 'When it really closed.' })
  closedAt!: string | null;

  @ApiProperty({ type: 'integer', description: 'Units of all items together.' })
  stockTotal!: number;

  @ApiProperty({ type: 'integer', description: 'Units neither sold nor held.' })
  stockRemaining!: number;

  @ApiProperty({ type: 'integer', description: 'Units held by reservations.' })
  reserved!: number;

  @ApiProperty({ type: 'integer', description: 'Units sold.' })
  confirmed!: number;

  @ApiProperty({ type: [Money], description: 'What the confirmed units sold for, by currency.' })
  revenue!: Money[];

  @ApiProperty({ format: 'double', description: 'Orders made per second, lately.' })
  ordersPerSecond!: number;
}

class EventPace {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'number', format: 'double' },
    minItems: PACE_SECONDS,
    maxItems: PACE_SECONDS,
    description: 'What the dashboard showed at each second, oldest first; the last is of `until`.',
  })
  ordersPerSecond!: number[];
}

export class DashboardPace {
  @ApiProperty({ format: 'date-time' })
  until!: string;

  @ApiProperty({ type: [EventPace], description: 'The drops on sale.' })
  data!: EventPace[];
}

export class DashboardPage extends PageOf(DashboardEventResponse) {}
