import { Controller, Get, Header, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import { IdPipe } from '../platform/http/index.js';
import { ReplayQuery, ReplayResponse } from './dto/replay.response.js';
import { OrdersExportService } from './orders-export.service.js';
import { ReplayService } from './replay.service.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/events/:id')
export class ReplayController {
  constructor(
    private readonly replays: ReplayService,
    private readonly exports: OrdersExportService,
  ) {}

  @Get('replay')
  @ApiOperation({
    summary: 'How a drop went: orders and stock over time, and what became of its reservations',
  })
  @ApiOkResponse({ type: ReplayResponse })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  getEventReplay(@Param('id', IdPipe) id: string, @Query() query: ReplayQuery): Promise<ReplayResponse> {
    return this.replays.of(id, query);
  }

  @Get('orders.csv')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Every order of a drop as CSV (RFC 4180, UTF-8, safe to open in a spreadsheet)' })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' }, description: 'Grouped by item and shopper.' })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  async exportEventOrders(
    @CurrentUser() admin: AuthenticatedUser,
    @Param('id', IdPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { fileName, chunks } = await this.exports.of(admin.id, id);
    void reply.header('X-Content-Type-Options', 'nosniff');
    return new StreamableFile(Readable.from(chunks, { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${fileName}"`,
    });
  }
}
