import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { MayBeAbsent, PageQuery } from '../../common/index.js';

export class ListOwnOrdersQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only orders in this event.' })
  @MayBeAbsent()
  @IsUUID()
  eventId?: string;
}
