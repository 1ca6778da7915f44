import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import { IdPipe, PageQuery } from '../platform/http/index.js';
import {
  CreateEventRequest,
  EventDefaultsResponse,
  EventResponse,
  eventTag,
  UpdateEventRequest,
  versionFromIfMatch,
} from '../events/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { DashboardPace, DashboardPage, DashboardService } from '../reporting/index.js';
import { AdminEventResponse } from './dto/admin-event.response.js';
import { EventAdministration } from './event-administration.service.js';

const TAGGED = {
  headers: { ETag: { description: 'The version, for If-Match.', schema: { type: 'string' } } },
};

const CONTRADICTION = {
  description:
    'EVENT_ENDS_BEFORE_START, EVENT_ENDS_IN_PAST, EVENT_TOO_LONG, EVENT_TOO_FAR_AHEAD, DUPLICATE_ITEM, UNKNOWN_ITEM, ' +
    'MIXED_CURRENCIES, EVENT_TOO_VALUABLE',
};

@ApiTags('admin')
@Roles('admin')
@Controller('admin/events')
export class AdminEventsController {
  constructor(
    private readonly administration: EventAdministration,
    private readonly dashboard: DashboardService,
  ) {}

  @Post()
  @Idempotent()
  @ApiOperation({ summary: 'Create a drop with its items' })
  @ApiCreatedResponse({ type: EventResponse, ...TAGGED })
  @ApiBadRequestResponse(CONTRADICTION)
  async createEvent(
    @CurrentUser() admin: AuthenticatedUser,
    @Body() input: CreateEventRequest,
    @Keyed() keyed: KeyedRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventResponse> {
    return tagged(reply, await this.administration.create(admin.id, input, keyed));
  }

  @Get('dashboard')
  @ApiOperation({ summary: 'How each drop sells: those on sale first, then what is next, then what is over' })
  @ApiOkResponse({ type: DashboardPage })
  getDashboard(@Query() query: PageQuery): Promise<DashboardPage> {
    return this.dashboard.page(query);
  }

  @Get('dashboard/pace')
  @ApiOperation({ summary: 'How fast the drops on sale sold, second by second over the last five minutes' })
  @ApiOkResponse({ type: DashboardPace })
  getDashboardPace(): Promise<DashboardPace> {
    return this.dashboard.pace();
  }

  @Get('defaults')
  @ApiOperation({ summary: 'What a new drop has where its request says nothing' })
  @ApiOkResponse({ type: EventDefaultsResponse })
  getEventDefaults(): EventDefaultsResponse {
    return this.administration.defaults();
  }

  @Get(':id')
  @ApiOperation({ summary: 'A drop with its version and who forced it open or closed' })
  @ApiOkResponse({ type: AdminEventResponse, ...TAGGED })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  async getEventForAdmin(
    @Param('id', IdPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminEventResponse> {
    return tagged(reply, await this.administration.get(id));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replace a drop and its items, while it is locked' })
  @ApiHeader({ name: 'If-Match', required: true, description: 'The ETag of the version that was read.' })
  @ApiOkResponse({ type: EventResponse, ...TAGGED })
  @ApiBadRequestResponse(CONTRADICTION)
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'EVENT_NOT_EDITABLE' })
  @ApiResponse({ status: 412, description: 'EVENT_CHANGED' })
  @ApiResponse({ status: 428, description: 'IF_MATCH_REQUIRED' })
  async updateEvent(
    @CurrentUser() admin: AuthenticatedUser,
    @Param('id', IdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() input: UpdateEventRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventResponse> {
    return tagged(reply, await this.administration.update(admin.id, id, versionFromIfMatch(ifMatch), input));
  }

  @Post(':id/open')
  @HttpCode(200)
  @ApiOperation({ summary: 'Open a locked drop now' })
  @ApiOkResponse({ type: AdminEventResponse, ...TAGGED })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'EVENT_NOT_LOCKED' })
  async openEvent(
    @CurrentUser() admin: AuthenticatedUser,
    @Param('id', IdPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminEventResponse> {
    return tagged(reply, await this.administration.open(admin.id, id));
  }

  @Post(':id/close')
  @HttpCode(200)
  @ApiOperation({ summary: 'Close a drop now and release its unconfirmed reservations' })
  @ApiOkResponse({ type: AdminEventResponse, ...TAGGED })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'EVENT_ALREADY_CLOSED' })
  async closeEvent(
    @CurrentUser() admin: AuthenticatedUser,
    @Param('id', IdPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminEventResponse> {
    return tagged(reply, await this.administration.close(admin.id, id));
  }
}

function tagged<Event extends EventResponse>(reply: FastifyReply, event: Event): Event {
  void reply.header('ETag', eventTag(event));
  return event;
}
