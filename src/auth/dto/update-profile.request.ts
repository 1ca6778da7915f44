import { ApiProperty } from '@nestjs/swagger';
import { IsName } from '../../platform/values/index.js';
import { MAX_DISPLAY_NAME_LENGTH } from './credentials.request.js';

export class UpdateProfileRequest {
  @ApiProperty({ minLength: 1, maxLength: MAX_DISPLAY_NAME_LENGTH, example: 'Ada' })
  @IsName(1, MAX_DISPLAY_NAME_LENGTH)
  displayName!: string;
}
