import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsUUID } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';

export class ListOwnOrdersQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only orders in this event.' })
  @MayBeAbsent()
  @IsUUID()
  eventId?: string;

  @ApiPropertyOptional({
    description: 'true: only orders that stand, which are reserved or confirmed; false: only the others.',
  })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  standing?: boolean;
}
