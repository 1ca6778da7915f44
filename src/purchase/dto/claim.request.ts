import { ApiPropertyOptional } from '@nestjs/swagger';
import { Price } from '../../platform/values/index.js';

/** No shopper buys more at once, whatever an event's own limit allows. */
export const MAX_QUANTITY = 100;

/** For the API document; `readClaim` holds it. */
export class ClaimRequest {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_QUANTITY, default: 1 })
  quantity?: number;

  @ApiPropertyOptional({
    type: Price,
    description:
      'The unit price that the shopper saw. If the item has another, nothing is bought (PRICE_CHANGED).',
  })
  price?: Price;
}
