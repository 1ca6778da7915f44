import { ApiProperty } from '@nestjs/swagger';

export class SessionResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'The browser and system that logged in.', example: 'Firefox on Linux' })
  device!: string;

  @ApiProperty({ description: 'Whether this request belongs to the session.' })
  current!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'Log-in or last refresh.' })
  lastUsedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it ends if it is not used again.' })
  expiresAt!: string;
}
