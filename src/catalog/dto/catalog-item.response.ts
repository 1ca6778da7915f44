import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../platform/http/index.js';

export class CatalogItemResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty()
  category!: string;

  @ApiProperty({ type: String, nullable: true })
  imageUrl!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export class CatalogItemPage extends PageOf(CatalogItemResponse) {}
