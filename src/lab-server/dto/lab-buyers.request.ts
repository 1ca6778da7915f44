import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { MAX_ACCESS_TOKEN_TTL_SECONDS } from '../../platform/config/index.js';

const MAX_LAB_BUYERS_PER_CALL = 5_000;

/** Names one run of a load test, chosen by whoever runs it. */
export class LabRunRequest {
  @ApiProperty({ pattern: '^[a-z0-9]{4,32}$', example: '7f3a9c21d0' })
  @Matches(/^[a-z0-9]{4,32}$/, { message: 'runId must be 4 to 32 lower-case letters and digits' })
  runId!: string;
}

export class LabBuyersRequest extends LabRunRequest {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_LAB_BUYERS_PER_CALL })
  @IsInt()
  @Min(1)
  @Max(MAX_LAB_BUYERS_PER_CALL)
  count!: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 30, maximum: MAX_ACCESS_TOKEN_TTL_SECONDS, default: 600 })
  @MayBeAbsent()
  @IsInt()
  @Min(30)
  @Max(MAX_ACCESS_TOKEN_TTL_SECONDS)
  tokenTtlSeconds: number = 600;
}
