import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeAbsent, PageQuery } from '../../common/index.js';
import { eventStatuses, type EventStatus } from '../event-states.js';

export class ListEventsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: eventStatuses,
    description: 'Only events that are in this state now. Locked ones come soonest start first.',
  })
  @MayBeAbsent()
  @IsIn(eventStatuses)
  status?: EventStatus;
}
