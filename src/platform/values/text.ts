import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';

/**
 * No control characters but tab and line breaks (PostgreSQL refuses NUL, and none is text), and none that turn
 * the direction of what follows: a name with one would turn the page around it.
 */
const NO_CONTROL_CHARACTERS =
  // eslint-disable-next-line no-control-regex
  /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/;

const ONE_LINE = /^[^\t\n\r\u2028\u2029]*$/;

/** Empty, or something that can be seen: not only spaces, marks, joiners and letters that are drawn as nothing. */
const VISIBLE = /^$|[^\p{Z}\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

/** Drawn as nothing, and left behind by editors and web pages: soft hyphens, spaces of no width, byte order marks. */
const JUNK = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]/g;

/** Joiners with nothing to join: they shape emoji and the letters of some scripts, but not Latin ones. */
const STRAY_JOINER =
  /(?<!(?!\p{Script=Latin})[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{M}\p{Extended_Pictographic}])/gu;

/** Tags outside a flag: with them one can hide a whole text in another. */
const STRAY_TAG = /(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]*)[\u{e0000}-\u{e007f}]/gu;

/** People's text as it is kept: in one form (NFC), with one kind of line break, without what nobody can see. */
export function tidyText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(JUNK, '')
    .replace(STRAY_TAG, '')
    .replace(STRAY_JOINER, '')
    .trim();
}

/** The rules for the OpenAPI document, as far as all dialects of patterns agree: visible is what is not a space. */
const CONTROL = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069';
const LINE_BREAKS = '\\t\\n\\r\\u2028\\u2029';
const patternWithout = (without: string, min: number) =>
  min === 0 ? `^[^${without}]*$` : `^[^${without}]*[^${without}\\s][^${without}]*$`;

/**
 * Text of any number of lines, such as a description: tidied, then `min` to `max` characters of which one can be seen,
 * without control characters.
 */
export function IsText(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ minLength: min, maxLength: max, pattern: patternWithout(CONTROL, min) }),
    Transform(({ value }) => (typeof value === 'string' ? tidyText(value) : value)),
    IsString(),
    MinLength(min),
    MaxLength(max),
    Matches(NO_CONTROL_CHARACTERS, { message: '$property must not contain control characters' }),
    Matches(VISIBLE, { message: '$property must contain something visible' }),
  );
}

/** Text of one line, such as a name or a title. */
export function IsName(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    IsText(min, max),
    ApiProperty({ pattern: patternWithout(CONTROL + LINE_BREAKS, min) }),
    Matches(ONE_LINE, { message: '$property must be a single line' }),
  );
}
