import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { LabBuyersController } from './lab-buyers.controller.js';
import { LabBuyersService } from './lab-buyers.service.js';

/** The server's side of the drop lab: buyers to load with. */
@Module({
  imports: [AuthModule],
  controllers: [LabBuyersController],
  providers: [LabBuyersService],
})
export class LabModule {}
