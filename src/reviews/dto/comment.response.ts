import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../platform/http/index.js';
import { AuthorResponse } from './author.response.js';

/** A comment with its replies below it, oldest first, at any depth. */
export class CommentResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: AuthorResponse, nullable: true, description: 'null once removed.' })
  author!: AuthorResponse | null;

  @ApiProperty({ type: String, nullable: true, description: 'null once removed.' })
  text!: string | null;

  @ApiProperty({ description: 'Removed by its author or an admin; it keeps its place for its replies.' })
  removed!: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: () => [CommentResponse] })
  replies!: CommentResponse[];
}

export class CommentThreadPage extends PageOf(CommentResponse) {}
