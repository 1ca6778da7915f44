import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsInstant, IsName, IsText, MayBeAbsent, Price } from '../../platform/values/index.js';

const MAX_ITEMS_PER_EVENT = 50;
const MAX_STOCK = 1_000_000;
const MAX_PER_USER_LIMIT = 100;

export class EventItemRequest {
  @ApiProperty({ format: 'uuid', description: 'Id of the catalogue item; each at most once in an event.' })
  @Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @IsUUID()
  itemId!: string;

  @ApiProperty({ type: Price, description: 'All items of an event share one currency.' })
  @IsObject()
  @ValidateNested()
  @Type(() => Price)
  price!: Price;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_STOCK, example: 100 })
  @IsInt()
  @Min(1)
  @Max(MAX_STOCK)
  stock!: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PER_USER_LIMIT, default: 1 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_PER_USER_LIMIT)
  perUserLimit?: number;
}

export class CreateEventRequest {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Friday drop' })
  @IsName(1, 200)
  title!: string;

  @ApiPropertyOptional({ maxLength: 5000, default: '' })
  @MayBeAbsent()
  @IsText(0, 5000)
  description?: string;

  @ApiProperty({
    format: 'date-time',
    example: '2026-12-04T18:00:00Z',
    description: 'A start that has passed opens the event at once; at most five years ahead.',
  })
  @IsInstant()
  startsAt!: string;

  @ApiProperty({
    format: 'date-time',
    example: '2026-12-04T20:00:00Z',
    description: 'In the future, and at most a year after the start.',
  })
  @IsInstant()
  endsAt!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 5,
    maximum: 86_400,
    example: 300,
    description: "How long a reservation holds its stock; without it the shop's setting.",
  })
  @MayBeAbsent()
  @IsInt()
  @Min(5)
  @Max(86_400)
  reservationTtlSeconds?: number;

  @ApiProperty({ type: [EventItemRequest], minItems: 1, maxItems: MAX_ITEMS_PER_EVENT })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS_PER_EVENT)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => EventItemRequest)
  items!: EventItemRequest[];
}
