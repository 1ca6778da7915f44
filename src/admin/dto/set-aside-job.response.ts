import { ApiProperty } from '@nestjs/swagger';

/** A job that failed for good. */
export class SetAsideJobResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'DropClosed' })
  message!: string;

  @ApiProperty({ example: 'release-reservations', description: 'Whose job it was.' })
  subscriber!: string;

  @ApiProperty({ format: 'uuid', description: 'The same for every subscriber and every attempt.' })
  messageId!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What the message says.' })
  payload!: unknown;

  @ApiProperty({ maxLength: 2_000, description: 'The error of the last attempt.' })
  error!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  attempts!: number;

  @ApiProperty({ format: 'date-time' })
  publishedAt!: string;

  @ApiProperty({ format: 'date-time' })
  setAsideAt!: string;
}
