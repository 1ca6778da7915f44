import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/index.js';
import { IdPipe, PageOf, type Page } from '../platform/http/index.js';
import { CensusService } from './census.service.js';
import { CensusOrder, CensusOrdersQuery, CensusResponse } from './dto/census.response.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/events/:id')
export class CensusController {
  constructor(private readonly census: CensusService) {}

  @Get('census')
  @ApiOperation({ summary: 'Count an event: stock, units by order status, and what must never be' })
  @ApiOkResponse({ type: CensusResponse })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  takeEventCensus(@Param('id', IdPipe) id: string): Promise<CensusResponse> {
    return this.census.take(id);
  }

  @Get('orders')
  @ApiOperation({ summary: 'Every order of an event' })
  @ApiOkResponse({ type: PageOf(CensusOrder) })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  listEventOrders(
    @Param('id', IdPipe) id: string,
    @Query() query: CensusOrdersQuery,
  ): Promise<Page<CensusOrder>> {
    return this.census.listOrders(id, query);
  }
}
