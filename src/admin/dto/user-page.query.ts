import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsName, MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';

export class UserPageQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Part of the email or the display name, in any case.', maxLength: 200 })
  @MayBeAbsent()
  @IsName(1, 200)
  search?: string;
}
