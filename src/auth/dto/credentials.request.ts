import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IsName } from '../../platform/values/index.js';
import { IsNewPassword } from '../users/password.js';

export const MAX_DISPLAY_NAME_LENGTH = 60;

/**
 * ASCII only, in lower case: JavaScript and every collation of PostgreSQL agree on what that is, so one
 * person cannot hold two accounts that look the same.
 */
function IsAccountEmail(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.org' }),
    Transform(({ value }) => (typeof value === 'string' ? value.trim().toLowerCase() : value)),
    Matches(/^[\x21-\x7e]*$/, { message: '$property must be an email address of ASCII characters' }),
    IsEmail(),
    MaxLength(254),
  );
}

export class RegisterRequest {
  @IsAccountEmail()
  email!: string;

  @IsNewPassword()
  password!: string;

  @ApiProperty({ minLength: 1, maxLength: MAX_DISPLAY_NAME_LENGTH, example: 'Ada' })
  @IsName(1, MAX_DISPLAY_NAME_LENGTH)
  displayName!: string;
}

export class LoginRequest {
  @IsAccountEmail()
  email!: string;

  @ApiProperty({ format: 'password', minLength: 1, maxLength: 1024 })
  @IsString()
  @MinLength(1)
  @MaxLength(1024)
  password!: string;
}

export class ChangePasswordRequest {
  @ApiProperty({ format: 'password', minLength: 1, maxLength: 1024 })
  @IsString()
  @MinLength(1)
  @MaxLength(1024)
  currentPassword!: string;

  @IsNewPassword()
  newPassword!: string;
}
