import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, Public, type AuthenticatedUser } from '../auth/index.js';
import { RateLimit } from '../platform/limits/index.js';
import { IdPipe, PageQuery, type Page } from '../platform/http/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { OwnReviewResponse } from './dto/own-review.response.js';
import { PutReviewRequest } from './dto/put-review.request.js';
import { ReviewEligibilityResponse } from './dto/review-eligibility.response.js';
import { ReviewSummaryResponse } from './dto/review-summary.response.js';
import { ReviewPage, ReviewResponse } from './dto/review.response.js';
import { ReviewsService } from './reviews.service.js';

@ApiTags('reviews')
@ApiServiceUnavailableResponse({ description: 'REVIEWS_UNAVAILABLE' })
@Controller('reviews')
export class ReviewsController {
  constructor(private readonly reviews: ReviewsService) {}

  @Post('items/:itemId')
  @RateLimit('comment')
  @Idempotent()
  @ApiOperation({
    summary: 'Review an item, or replace one’s review of it',
    description: 'Needs a confirmed order of the item. One review for each user and item.',
  })
  @ApiCreatedResponse({ type: ReviewResponse, description: 'Added.' })
  @ApiOkResponse({ type: ReviewResponse, description: 'Replaced.' })
  @ApiForbiddenResponse({ description: 'NOT_A_VERIFIED_BUYER' })
  @ApiNotFoundResponse({ description: 'ITEM_NOT_FOUND' })
  async putReview(
    @Param('itemId', IdPipe) itemId: string,
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: PutReviewRequest,
    @Keyed() keyed: KeyedRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewResponse> {
    const { review, created } = await this.reviews.put(user.id, itemId, body, keyed);
    void reply.code(created ? 201 : 200);
    return review;
  }

  @Get('items/:itemId')
  @Public()
  @RateLimit('read')
  @ApiOperation({ summary: 'List an item’s reviews, newest first' })
  @ApiOkResponse({ type: ReviewPage })
  @ApiNotFoundResponse({ description: 'ITEM_NOT_FOUND' })
  listReviews(
    @Param('itemId', IdPipe) itemId: string,
    @Query() query: PageQuery,
  ): Promise<Page<ReviewResponse>> {
    return this.reviews.list(itemId, query);
  }

  @Get('items/:itemId/summary')
  @Public()
  @ApiOperation({ summary: 'Read an item’s average rating and how many gave each rating' })
  @ApiOkResponse({ type: ReviewSummaryResponse })
  @ApiNotFoundResponse({ description: 'ITEM_NOT_FOUND' })
  getReviewSummary(@Param('itemId', IdPipe) itemId: string): Promise<ReviewSummaryResponse> {
    return this.reviews.summarize(itemId);
  }

  @Get('items/:itemId/eligibility')
  @ApiOperation({ summary: 'Read whether one can review an item' })
  @ApiOkResponse({ type: ReviewEligibilityResponse })
  @ApiNotFoundResponse({ description: 'ITEM_NOT_FOUND' })
  getReviewEligibility(
    @Param('itemId', IdPipe) itemId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<ReviewEligibilityResponse> {
    return this.reviews.eligibility(user.id, itemId);
  }

  @Get('items/:itemId/mine')
  @ApiOperation({ summary: 'Read one’s own review of an item' })
  @ApiOkResponse({ type: OwnReviewResponse })
  @ApiNotFoundResponse({ description: 'ITEM_NOT_FOUND' })
  getOwnReview(
    @Param('itemId', IdPipe) itemId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<OwnReviewResponse> {
    return this.reviews.mine(user.id, itemId);
  }

  @Delete(':reviewId')
  @HttpCode(204)
  @RateLimit('comment')
  @ApiOperation({ summary: 'Remove a review: its author or an admin' })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ description: 'NOT_THE_AUTHOR' })
  @ApiNotFoundResponse({ description: 'REVIEW_NOT_FOUND' })
  removeReview(
    @Param('reviewId', IdPipe) reviewId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<void> {
    return this.reviews.remove(user, reviewId);
  }
}
