import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthenticatedUser } from '../auth/index.js';
import { IdPipe, type Page } from '../platform/http/index.js';
import { ListOwnOrdersQuery } from './dto/list-own-orders.query.js';
import { OrderResponse, PageOfOrders, type ListedOrderResponse } from './dto/order.response.js';
import { OrdersService } from './orders.service.js';

@ApiTags('profile')
@Controller('profile/orders')
export class OrderHistoryController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  @ApiOperation({ summary: 'Own orders, newest first' })
  @ApiOkResponse({ type: PageOfOrders })
  listOwnOrders(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ListOwnOrdersQuery,
  ): Promise<Page<ListedOrderResponse>> {
    return this.orders.history(user.id, query);
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'Read an own order' })
  @ApiOkResponse({ type: OrderResponse })
  @ApiNotFoundResponse({ description: 'ORDER_NOT_FOUND' })
  readOwnOrder(
    @Param('orderId', IdPipe) orderId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<OrderResponse> {
    return this.orders.ownOrder(user.id, orderId);
  }
}
