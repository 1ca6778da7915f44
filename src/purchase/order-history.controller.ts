import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthenticatedUser } from '../auth/index.js';
import { PageQuery, type Page } from '../common/index.js';
import { PageOfOrders, type OrderResponse } from './dto/order.response.js';
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
    @Query() page: PageQuery,
  ): Promise<Page<OrderResponse>> {
    return this.orders.history(user.id, page);
  }
}
