import { ApiProperty } from '@nestjs/swagger';

export class RemovedCommentsResponse {
  @ApiProperty({ type: 'integer', description: 'How many comments stood until now.' })
  removed!: number;
}
