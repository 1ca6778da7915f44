import { ApiPropertyOptional } from '@nestjs/swagger';

/** No shopper buys more at once, whatever an event's own limit allows. */
export const MAX_QUANTITY = 100;

/** For the API document; `readClaim` holds it. */
export class ClaimRequest {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_QUANTITY, default: 1 })
  quantity?: number;
}
