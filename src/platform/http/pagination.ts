import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type as TransformTo } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Type } from '@nestjs/common';
import { commonErrors } from '../errors/index.js';
import { MayBeAbsent } from '../values/index.js';

export const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;

/** `?limit=&cursor=` of every list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE })
  @MayBeAbsent()
  @TransformTo(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit: number = DEFAULT_PAGE_SIZE;

  @ApiPropertyOptional({ description: 'nextCursor of the page before.', maxLength: 512 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** The OpenAPI and response class of a page of `item`. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class PageResponse implements Page<T> {
    @ApiProperty({ type: [item] })
    data!: T[];

    @ApiProperty({ type: String, nullable: true })
    nextCursor!: string | null;
  }
  Object.defineProperty(PageResponse, 'name', { value: `PageOf${item.name.replace(/Response$/, '')}` });
  return PageResponse;
}

/** What a page weighs as JSON at most, unless a single row weighs more: no answer holds the thread of all others for long. */
const MAX_PAGE_BYTES = 256 * 1024;

/**
 * Makes a page from `limit + 1` rows: the surplus row only tells that there is more. Heavy rows make it shorter than
 * `limit`, so only `nextCursor` tells whether a list is at its end.
 */
export function toPage<Row, T>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => readonly unknown[],
  map: (row: Row) => T,
): Page<T> {
  const data: T[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    const shown = map(row);
    bytes += Buffer.byteLength(JSON.stringify(shown));
    if (data.length > 0 && bytes > MAX_PAGE_BYTES) break;
    data.push(shown);
  }
  const last = rows[data.length - 1];
  return {
    data,
    nextCursor: rows.length > data.length && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}

export function encodeCursor(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Reads a cursor back; each part must pass its check, so nothing unchecked reaches a query.
 * @throws INVALID_CURSOR
 */
export function decodeCursor<const Checks extends readonly ((part: unknown) => boolean)[]>(
  cursor: string | undefined,
  checks: Checks,
): { [K in keyof Checks]: string } | undefined {
  if (cursor === undefined) return undefined;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw commonErrors.INVALID_CURSOR();
  }
  if (
    !Array.isArray(key) ||
    key.length !== checks.length ||
    !checks.every((check, index) => check(key[index]))
  )
    throw commonErrors.INVALID_CURSOR();
  return key as { [K in keyof Checks]: string };
}
