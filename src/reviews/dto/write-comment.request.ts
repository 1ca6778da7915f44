import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../platform/values/index.js';

const MAX_COMMENT_LENGTH = 2_000;

export class WriteCommentRequest {
  @ApiProperty({ minLength: 1, maxLength: MAX_COMMENT_LENGTH, example: 'Does it come in blue?' })
  @IsText(1, MAX_COMMENT_LENGTH)
  text!: string;
}
