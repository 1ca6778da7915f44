import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches, MaxLength } from 'class-validator';
import { IsName, IsText, MayBeAbsent } from '../../platform/values/index.js';

/** A path on this shop or an https address, so that neither `javascript:` nor mixed content reaches a page. */
const IMAGE_URL = /^(\/(?![/\\])|https:\/\/[^/\s])[^\s"'<>\\]*$/;

export class CreateCatalogItemRequest {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Aurora lamp' })
  @IsName(1, 200)
  name!: string;

  @ApiPropertyOptional({ maxLength: 5000, default: '' })
  @MayBeAbsent()
  @IsText(0, 5000)
  description?: string;

  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Home' })
  @IsName(1, 100)
  category!: string;

  @ApiPropertyOptional({
    description: 'An https address, or a path on this shop that starts with "/".',
    maxLength: 2000,
    pattern: IMAGE_URL.source,
    example: '/images/aurora-lamp.webp',
  })
  @MayBeAbsent()
  @MaxLength(2000)
  @Matches(IMAGE_URL, { message: '$property must be an https address or a path that starts with "/"' })
  imageUrl?: string;
}
