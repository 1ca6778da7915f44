import { ApiProperty } from '@nestjs/swagger';

class LabBuyer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  accessToken!: string;
}

export class LabBuyersResponse {
  @ApiProperty({ type: [LabBuyer] })
  buyers!: LabBuyer[];
}

export class LabRetirementResponse {
  @ApiProperty({ type: 'integer', description: 'How many accounts were deactivated.' })
  retired!: number;
}
