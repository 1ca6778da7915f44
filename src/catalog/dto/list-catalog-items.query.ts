import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsName, MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';

export class ListCatalogItemsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Part of the name, in any case.', maxLength: 200 })
  @MayBeAbsent()
  @IsName(1, 200)
  search?: string;

  @ApiPropertyOptional({ description: 'The exact category.', maxLength: 100 })
  @MayBeAbsent()
  @IsName(1, 100)
  category?: string;
}
