import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/index.js';
import { IdPipe, type Page } from '../platform/http/index.js';
import { EventPage, EventResponse } from './dto/event.response.js';
import { ListEventsQuery } from './dto/list-events.query.js';
import { eventTag } from './event-version.js';
import { EventsService } from './events.service.js';

/** Stock and serverTime are old the moment they are sent, and the ETag names the edit alone. */
const CACHE_CONTROL = 'no-store';

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @Public()
  @Header('Cache-Control', CACHE_CONTROL)
  @ApiOperation({
    summary: 'List events with their items',
    description: 'Latest start first; with status=locked soonest start first.',
  })
  @ApiOkResponse({ type: EventPage })
  listEvents(@Query() query: ListEventsQuery): Promise<Page<EventResponse>> {
    return this.events.list(query);
  }

  @Get(':id')
  @Public()
  @Header('Cache-Control', CACHE_CONTROL)
  @ApiOperation({ summary: 'Read an event with its items, its stock and the server’s time' })
  @ApiOkResponse({
    type: EventResponse,
    headers: { ETag: { description: 'The version, for If-Match of an edit.', schema: { type: 'string' } } },
  })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  async getEvent(
    @Param('id', IdPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventResponse> {
    const event = await this.events.get(id);
    void reply.header('ETag', eventTag(event));
    return event;
  }
}
