import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';

/**
 * No control characters but tab and line breaks (PostgreSQL refuses NUL, and none is text), and none that turn
 * the direction of what follows: a name with one would turn the page around it.
 */
const NO_CONTROL_CHARACTERS =
  // eslint-disable-next-line no-control-regex
  /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/;

/** Empty, or something that can be seen: not only spaces, marks, joiners and letters that are drawn as nothing. */
const VISIBLE = /^$|[^\p{Z}\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

/**
 * A string of `min` to `max` characters after trimming, of which one can be seen, without control characters or
 * lone surrogates.
 */
export function IsText(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }) => (typeof value === 'string' ? value.trim().toWellFormed() : value)),
    IsString(),
    MinLength(min),
    MaxLength(max),
    Matches(NO_CONTROL_CHARACTERS, { message: '$property must not contain control characters' }),
    Matches(VISIBLE, { message: '$property must contain something visible' }),
  );
}
