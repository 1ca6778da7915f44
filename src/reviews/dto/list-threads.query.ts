import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type as TransformTo } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../../platform/values/index.js';
import { PageQuery } from '../../platform/http/index.js';

/** Lower than other lists': a thread brings all its replies along. */
const MAX_THREADS = 20;
const DEFAULT_THREADS = 10;

export class ListThreadsQuery extends PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_THREADS, default: DEFAULT_THREADS })
  @MayBeAbsent()
  @TransformTo(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_THREADS)
  override limit: number = DEFAULT_THREADS;
}
