import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, MinLength, ValidateBy } from 'class-validator';
import { isCommonPassword } from '../../platform/values/index.js';
import { authErrors } from '../auth.errors.js';

const MIN_PASSWORD_LENGTH = 8;

/** bcrypt ignores what comes after. */
export const MAX_PASSWORD_BYTES = 72;

/**
 * A password that is being chosen: 8 characters to 72 bytes, well-formed, without control characters. It is normalised, since
 * keyboards differ in how they compose letters.
 */
export function IsNewPassword(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      minLength: MIN_PASSWORD_LENGTH,
      maxLength: MAX_PASSWORD_BYTES,
      format: 'password',
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      description: `At least ${MIN_PASSWORD_LENGTH} characters and at most ${MAX_PASSWORD_BYTES} bytes in UTF-8.`,
    }),
    Transform(({ value }) => (typeof value === 'string' ? value.normalize('NFC') : value)),
    IsString(),
    MinLength(MIN_PASSWORD_LENGTH),
    ValidateBy({
      name: 'isHashable',
      validator: {
        validate: (value: unknown) => fits(value) && value.isWellFormed() && !/\p{Cc}/u.test(value),
        defaultMessage: (args) =>
          fits(args?.value)
            ? '$property must not contain control characters'
            : `$property must have at most ${MAX_PASSWORD_BYTES} bytes in UTF-8`,
      },
    }),
  );
}

/** @throws PASSWORD_TOO_COMMON */
export function refuseCommonPassword(field: string, password: string): void {
  if (!isCommonPassword(password)) return;
  throw authErrors.PASSWORD_TOO_COMMON({
    errors: [{ field, message: `${field} is among those that are tried first` }],
  });
}

function fits(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= MAX_PASSWORD_BYTES;
}
