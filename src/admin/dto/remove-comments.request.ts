import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';

export class RemoveCommentsRequest {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  authorId!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only those on this event.' })
  @MayBeAbsent()
  @IsUUID()
  eventId?: string;
}
