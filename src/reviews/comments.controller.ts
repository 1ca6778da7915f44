import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
} from '@nestjs/swagger';
import { CurrentUser, Public, type AuthenticatedUser } from '../auth/index.js';
import { RateLimit } from '../platform/limits/index.js';
import { IdPipe, PageQuery, type Page } from '../platform/http/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { CommentsService } from './comments.service.js';
import {
  CommentResponse,
  CommentThreadPage,
  ReplyPage,
  ReplyResponse,
  ThreadResponse,
} from './dto/comment.response.js';
import { ListThreadsQuery } from './dto/list-threads.query.js';
import { WriteCommentRequest } from './dto/write-comment.request.js';

@ApiTags('comments')
@ApiServiceUnavailableResponse({ description: 'REVIEWS_UNAVAILABLE' })
@Controller('reviews')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  @Post('events/:eventId/comments')
  @RateLimit('comment')
  @Idempotent()
  @ApiOperation({ summary: 'Comment on an event, which starts a thread' })
  @ApiCreatedResponse({ type: CommentResponse })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  @ApiTooManyRequestsResponse({ description: 'RATE_LIMITED, COMMENT_LIMIT_REACHED' })
  startThread(
    @Param('eventId', IdPipe) eventId: string,
    @CurrentUser() user: AuthenticatedUser,
    @Body() { text }: WriteCommentRequest,
    @Keyed() keyed: KeyedRequest | undefined,
  ): Promise<CommentResponse> {
    return this.comments.startThread(user.id, eventId, text, keyed);
  }

  @Get('events/:eventId/comments')
  @Public()
  @RateLimit('read')
  @ApiOperation({
    summary: 'List an event’s comment threads as trees',
    description:
      'Newest thread first; in a thread oldest reply first. A long thread has only its first replies; nextReplies leads ' +
      'to the others.',
  })
  @ApiOkResponse({ type: CommentThreadPage })
  @ApiNotFoundResponse({ description: 'EVENT_NOT_FOUND' })
  listThreads(
    @Param('eventId', IdPipe) eventId: string,
    @Query() query: ListThreadsQuery,
  ): Promise<Page<ThreadResponse>> {
    return this.comments.listThreads(eventId, query);
  }

  @Get('comments/:commentId/replies')
  @Public()
  @RateLimit('read')
  @ApiOperation({
    summary: 'List the replies of a thread, oldest first',
    description: 'At any depth, each with its parentId.',
  })
  @ApiOkResponse({ type: ReplyPage })
  @ApiNotFoundResponse({ description: 'COMMENT_NOT_FOUND' })
  listReplies(
    @Param('commentId', IdPipe) commentId: string,
    @Query() query: PageQuery,
  ): Promise<Page<ReplyResponse>> {
    return this.comments.listReplies(commentId, query);
  }

  @Post('comments/:commentId/replies')
  @RateLimit('comment')
  @Idempotent()
  @ApiOperation({ summary: 'Reply to a comment or to a reply' })
  @ApiCreatedResponse({ type: CommentResponse })
  @ApiNotFoundResponse({ description: 'COMMENT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'COMMENT_REMOVED, COMMENT_TOO_DEEP, THREAD_FULL' })
  @ApiTooManyRequestsResponse({ description: 'RATE_LIMITED, COMMENT_LIMIT_REACHED' })
  replyToComment(
    @Param('commentId', IdPipe) commentId: string,
    @CurrentUser() user: AuthenticatedUser,
    @Body() { text }: WriteCommentRequest,
    @Keyed() keyed: KeyedRequest | undefined,
  ): Promise<CommentResponse> {
    return this.comments.reply(user.id, commentId, text, keyed);
  }

  @Delete('comments/:commentId')
  @HttpCode(204)
  @RateLimit('comment')
  @ApiOperation({
    summary: 'Remove a comment: its author or an admin',
    description: 'Its place stays while there are replies below it.',
  })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ description: 'NOT_THE_AUTHOR' })
  @ApiNotFoundResponse({ description: 'COMMENT_NOT_FOUND' })
  removeComment(
    @Param('commentId', IdPipe) commentId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<void> {
    return this.comments.remove(user, commentId);
  }
}
