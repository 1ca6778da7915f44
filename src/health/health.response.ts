import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { ServiceState, ServiceStatus, StatusReport } from '../platform/telemetry/index.js';
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

const serviceStates = ['ok', 'degraded', 'down'] as const satisfies readonly ServiceState[];

export class ServiceStatusResponse implements ServiceStatus {
  @ApiProperty({ enum: serviceStates })
  status!: ServiceState;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null if it did not answer.' })
  responseTimeMs!: number | null;
}

@ApiExtraModels(ServiceStatusResponse)
export class StatusResponse implements StatusReport {
  @ApiProperty({
    enum: serviceStates,
    description: 'down: nothing can be sold. degraded: what needs the service that fails does not work.',
  })
  status!: ServiceState;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(ServiceStatusResponse) },
    example: { postgres: { status: 'ok', responseTimeMs: 1 } },
  })
  services!: Record<string, ServiceStatusResponse>;
}
