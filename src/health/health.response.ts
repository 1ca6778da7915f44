import { ApiProperty } from '@nestjs/swagger';
import type { ReadinessReport, StoreState } from './readiness.service.js';

export class LivenessResponse {
  @ApiProperty({ enum: ['live'] })
  status!: 'live';
}

export class ReadinessResponse implements ReadinessReport {
  @ApiProperty({
    enum: ['ready', 'degraded', 'unavailable', 'stopping'],
    description:
      'degraded: selling works, what needs the store that is down does not. The last two are answered with 503.',
  })
  status!: ReadinessReport['status'];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: ['up', 'down'] },
    example: { postgresql: 'up', mongodb: 'down' },
  })
  stores!: Record<string, StoreState>;
}
