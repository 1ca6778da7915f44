import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type AuthenticatedUser, type RequestWithUser } from '../auth/index.js';
import { RateLimit } from '../platform/limits/index.js';
import { answerWithProblem, IdPipe, type ProblemDocument } from '../platform/http/index.js';
import { Idempotent } from '../platform/idempotency/index.js';
import { ClaimService } from './claim.service.js';
import { ClaimRequest } from './dto/claim.request.js';
import { OrderEnvelope } from './dto/order.response.js';
import { OrdersService } from './orders.service.js';
import { readClaim } from './read-claim.js';

@ApiTags('purchase')
@Controller('purchase')
export class PurchaseController {
  constructor(
    private readonly claims: ClaimService,
    private readonly orders: OrdersService,
  ) {}

  @Post(':eventItemId')
  @RateLimit('purchase')
  @ApiOperation({
    summary: 'Reserve units of an event item',
    description:
      'The order is stored when the answer comes. With an Idempotency-Key the request can be repeated safely: it returns the first order.',
  })
  @ApiParam({ name: 'eventItemId' })
  @Idempotent()
  @ApiBody({ type: ClaimRequest })
  @ApiCreatedResponse({ type: OrderEnvelope })
  @ApiResponse({ status: 403, description: 'ACCOUNT_NOT_ACTIVE' })
  @ApiResponse({ status: 404, description: 'EVENT_ITEM_NOT_FOUND' })
  @ApiResponse({
    status: 409,
    description: 'SOLD_OUT, EVENT_NOT_LIVE, PRICE_CHANGED, PURCHASE_LIMIT_REACHED, HOLD_LIMIT_REACHED',
  })
  @ApiResponse({ status: 503, description: 'CLAIM_QUEUE_FULL, CLAIM_UNCERTAIN' })
  async claimEventItem(
    @Req() request: RequestWithUser,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderEnvelope | ProblemDocument> {
    const answer = await this.claims.claim(readClaim(request));
    if ('refusal' in answer) return answerWithProblem(reply, answer.refusal, request.url);
    if (answer.replayed) void reply.header('Idempotency-Replayed', 'true');
    return { order: answer.order };
  }

  @Post(':orderId/confirm')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Confirm a reservation',
    description: 'Idempotent: an order that you confirmed before is answered as it is.',
  })
  @ApiOkResponse({ type: OrderEnvelope })
  @ApiResponse({ status: 404, description: 'ORDER_NOT_FOUND' })
  @ApiResponse({ status: 409, description: 'ORDER_NOT_RESERVED, RESERVATION_EXPIRED' })
  async confirmOrder(
    @Param('orderId', IdPipe) orderId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<OrderEnvelope> {
    return { order: await this.orders.confirm(user.id, orderId) };
  }

  @Post(':orderId/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a reservation up',
    description: 'Idempotent: an order that you cancelled before is answered as it is.',
  })
  @ApiOkResponse({ type: OrderEnvelope })
  @ApiResponse({ status: 404, description: 'ORDER_NOT_FOUND' })
  @ApiResponse({ status: 409, description: 'ORDER_NOT_RESERVED, RESERVATION_EXPIRED' })
  async cancelOrder(
    @Param('orderId', IdPipe) orderId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<OrderEnvelope> {
    return { order: await this.orders.cancel(user.id, orderId) };
  }
}
