import { ApiProperty } from '@nestjs/swagger';

export class ShopTimeResponse {
  @ApiProperty({ type: String, format: 'date-time', description: "The database's clock." })
  serverTime!: string;
}
