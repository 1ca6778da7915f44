import { ApiProperty } from '@nestjs/swagger';
import { Money } from '../../platform/values/index.js';
import { PageOf } from '../../platform/http/index.js';
import { eventStatuses, type EventStatus } from '../event-states.js';

export class EventItemResponse {
  @ApiProperty({ format: 'uuid', description: 'The event item: what a purchase names.' })
  id!: string;

  @ApiProperty({ format: 'uuid', description: 'The catalogue item: what a review names.' })
  itemId!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ description: 'In a list of events cut to 280 characters.' })
  description!: string;

  @ApiProperty()
  category!: string;

  @ApiProperty({ type: String, nullable: true })
  imageUrl!: string | null;

  @ApiProperty({ type: Money })
  price!: Money;

  @ApiProperty({ type: 'integer' })
  stockTotal!: number;

  @ApiProperty({ type: 'integer', description: 'Neither sold nor held.' })
  stockRemaining!: number;

  @ApiProperty({ type: 'integer' })
  perUserLimit!: number;
}

export class EventResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ description: 'In a list cut to 280 characters.' })
  description!: string;

  @ApiProperty({ enum: eventStatuses, enumName: 'EventStatus', description: 'As of serverTime.' })
  status!: EventStatus;

  @ApiProperty({ format: 'date-time' })
  startsAt!: string;

  @ApiProperty({ format: 'date-time' })
  endsAt!: string;

  @ApiProperty({ format: 'date-time', nullable: true, type: String, description: 'When it really opened.' })
  openedAt!: string | null;

  @ApiProperty({ format: 'date-time', nullable: true, type: String, description: 'When it really closed.' })
  closedAt!: string | null;

  @ApiProperty({
    format: 'date-time',
    nullable: true,
    type: String,
    description: 'Since when all stock is taken.',
  })
  soldOutAt!: string | null;

  @ApiProperty({ type: 'integer', description: 'How long a reservation holds its stock.' })
  reservationTtlSeconds!: number;

  @ApiProperty({ type: 'integer', description: 'Counts edits; the ETag.' })
  version!: number;

  @ApiProperty({ format: 'date-time', description: "The clock that decides the sale: the database's." })
  serverTime!: string;

  @ApiProperty({ type: [EventItemResponse] })
  items!: EventItemResponse[];
}

export class EventPage extends PageOf(EventResponse) {}
