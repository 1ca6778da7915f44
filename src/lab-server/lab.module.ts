import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { EventsModule } from '../events/index.js';
import { CensusController, CensusRepository, CensusService } from '../reporting/index.js';
import { LabBuyersController } from './lab-buyers.controller.js';
import { LabBuyersService } from './lab-buyers.service.js';

/** The server's side of the drop lab: buyers to load with, and the census that judges. */
@Module({
  imports: [AuthModule, EventsModule],
  controllers: [CensusController, LabBuyersController],
  providers: [CensusRepository, CensusService, LabBuyersService],
})
export class LabModule {}
