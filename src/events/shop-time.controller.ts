import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/index.js';
import { ShopTimeResponse } from './dto/shop-time.response.js';
import { ShopTimeService } from './shop-time.service.js';

@ApiTags('events')
@Controller('time')
export class ShopTimeController {
  constructor(private readonly time: ShopTimeService) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Tell the time by which drops open, for countdowns' })
  @ApiOkResponse({ type: ShopTimeResponse })
  async getTime(): Promise<ShopTimeResponse> {
    return { serverTime: (await this.time.now()).toISOString() };
  }
}
