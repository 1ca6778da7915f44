import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';
import { eventStatuses, type EventStatus } from '../event-states.js';

export class ListEventsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: eventStatuses,
    isArray: true,
    maxItems: eventStatuses.length,
    description:
      'Only events that are in one of these states now. Those on sale (live, sold_out) come by soonest end, ' +
      'locked ones by soonest start, any other choice by latest start.',
  })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(eventStatuses.length)
  @IsIn(eventStatuses, { each: true })
  status?: EventStatus[];
}
