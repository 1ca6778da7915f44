import { ApiProperty } from '@nestjs/swagger';

export class ReviewEligibilityResponse {
  @ApiProperty({ description: 'Whether one has a confirmed order of the item, and so can review it.' })
  verifiedBuyer!: boolean;
}
