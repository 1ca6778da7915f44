import { ApiProperty } from '@nestjs/swagger';
import { EventResponse } from '../../events/index.js';

/** A forced opening or closing: when and by whom. */
export class ForcedActResponse {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ format: 'uuid' })
  adminId!: string;

  @ApiProperty()
  adminName!: string;
}

export class AdminEventResponse extends EventResponse {
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: ForcedActResponse, nullable: true })
  forceOpened!: ForcedActResponse | null;

  @ApiProperty({ type: ForcedActResponse, nullable: true })
  forceClosed!: ForcedActResponse | null;
}
