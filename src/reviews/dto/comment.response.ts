import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../platform/http/index.js';
import { AuthorResponse } from './author.response.js';

/** A comment by itself. */
export class ReplyResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({
    format: 'uuid',
    nullable: true,
    type: String,
    description: 'null for the first of a thread.',
  })
  parentId!: string | null;

  @ApiProperty({ type: AuthorResponse, nullable: true, description: 'null once removed.' })
  author!: AuthorResponse | null;

  @ApiProperty({ type: String, nullable: true, description: 'null once removed.' })
  text!: string | null;

  @ApiProperty({ description: 'Removed by its author or an admin; it keeps its place for its replies.' })
  removed!: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export class ReplyPage extends PageOf(ReplyResponse) {}

/** A comment with its replies below it, oldest first, at any depth. */
export class CommentResponse extends ReplyResponse {
  @ApiProperty({ type: () => [CommentResponse] })
  replies!: CommentResponse[];
}

export class ThreadResponse extends CommentResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The cursor of further replies, at any depth: GET /reviews/comments/{id}/replies. null if all are here.',
  })
  nextReplies!: string | null;
}

export class CommentThreadPage extends PageOf(ThreadResponse) {}
