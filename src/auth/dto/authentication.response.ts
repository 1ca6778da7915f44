import { ApiProperty } from '@nestjs/swagger';
import { UserResponse } from './user.response.js';

/** Answer to register, login and refresh; the refresh token travels in a cookie beside it. */
export class AuthenticationResponse {
  @ApiProperty({ type: UserResponse })
  user!: UserResponse;

  @ApiProperty({ description: 'For `Authorization: Bearer`.' })
  accessToken!: string;

  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires.', example: 600 })
  expiresIn!: number;
}
