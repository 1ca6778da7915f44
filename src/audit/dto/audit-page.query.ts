import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';

export class AuditPageQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only acts of this admin.' })
  @MayBeAbsent()
  @IsUUID()
  actorId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only acts on this event, item or user.' })
  @MayBeAbsent()
  @IsUUID()
  targetId?: string;
}
