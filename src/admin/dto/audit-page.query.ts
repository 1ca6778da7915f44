import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { PageQuery } from '../../common/index.js';

export class AuditPageQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only acts of this admin.' })
  @IsOptional()
  @IsUUID()
  actorId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only acts on this event, item or user.' })
  @IsOptional()
  @IsUUID()
  targetId?: string;
}
