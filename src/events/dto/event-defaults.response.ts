import { ApiProperty } from '@nestjs/swagger';

export class EventDefaultsResponse {
  @ApiProperty({
    type: 'integer',
    description: "How long a reservation holds its stock: the shop's setting.",
  })
  reservationTtlSeconds!: number;
}
