import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/index.js';
import { ServiceRegistry } from '../platform/telemetry/index.js';
import { LivenessResponse, ReadinessResponse, StatusResponse } from './health.response.js';
import { MetricsService } from './metrics.service.js';
import { ReadinessService } from './readiness.service.js';

@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly metrics: MetricsService,
    private readonly services: ServiceRegistry,
  ) {}

  @Public()
  @Get('health/live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Whether the process runs at all; a supervisor restarts it if this fails' })
  @ApiOkResponse({ type: LivenessResponse })
  getLiveness(): LivenessResponse {
    return { status: 'live' };
  }

  @Public()
  @Get('health/ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Whether requests should be sent here; needs PostgreSQL only' })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiResponse({
    status: 503,
    type: ReadinessResponse,
    description: 'PostgreSQL is away, or it is stopping.',
  })
  async getReadiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessResponse> {
    const report = await this.readiness.report();
    if (report.status === 'unavailable' || report.status === 'stopping') void reply.code(503);
    return report;
  }

  @Public()
  @Get('status')
  @Header('Cache-Control', 'public, max-age=1')
  @ApiOperation({
    summary: 'How the shop and the services behind it are, for people',
    description: 'Always 200: this instance answers. Each service is asked at most once a second.',
  })
  @ApiOkResponse({ type: StatusResponse })
  getStatus(): Promise<StatusResponse> {
    return this.services.report();
  }

  @Public()
  @Get('metrics')
  @ApiExcludeEndpoint()
  async getMetrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('Content-Type', this.metrics.contentType).header('Cache-Control', 'no-store');
    return this.metrics.render();
  }
}
