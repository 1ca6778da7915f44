import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class FieldProblem {
  @ApiProperty({ example: 'items.0.price.amount' })
  field!: string;

  @ApiProperty({ example: 'amount must not be less than 0' })
  message!: string;
}

/** What `sendProblem` renders, for the OpenAPI document. */
export class Problem {
  @ApiProperty({ description: 'Where the code is explained.', example: '/docs/problems#SOLD_OUT' })
  type!: string;

  @ApiProperty({ description: 'A sentence, the same for every occurrence of the code.' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 409 })
  status!: number;

  @ApiProperty({ description: 'Stable; what programs should look at.', example: 'SOLD_OUT' })
  code!: string;

  @ApiPropertyOptional({ description: 'About this occurrence.' })
  detail?: string;

  @ApiProperty({ description: 'The path that was asked for.' })
  instance!: string;

  @ApiPropertyOptional({ type: [FieldProblem], description: 'The fields that were refused.' })
  errors?: FieldProblem[];
}
