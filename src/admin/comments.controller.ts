import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import { CommentModeration } from './comment-moderation.service.js';
import { RemoveCommentsRequest } from './dto/remove-comments.request.js';
import { RemovedCommentsResponse } from './dto/removed-comments.response.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/comments')
export class AdminCommentsController {
  constructor(private readonly moderation: CommentModeration) {}

  @Post('remove')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Remove all comments of one author, on one event or everywhere',
    description: 'One entry in the audit trail. Idempotent: after a 503 send it again.',
  })
  @ApiOkResponse({ type: RemovedCommentsResponse })
  @ApiNotFoundResponse({ description: 'USER_NOT_FOUND, EVENT_NOT_FOUND' })
  @ApiServiceUnavailableResponse({ description: 'REVIEWS_UNAVAILABLE' })
  removeCommentsOfAuthor(
    @CurrentUser() admin: AuthenticatedUser,
    @Body() { authorId, eventId }: RemoveCommentsRequest,
  ): Promise<RemovedCommentsResponse> {
    return this.moderation.removeAllBy(admin.id, authorId.toLowerCase(), eventId?.toLowerCase());
  }
}
