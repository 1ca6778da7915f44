import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { EventScheduleRepository } from './event-schedule.repository.js';
import { EventScheduler } from './event-scheduler.js';
import { EventTransitions } from './event-transitions.js';
import { EventsController } from './events.controller.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { ShopTimeController } from './shop-time.controller.js';
import { ShopTimeRepository } from './shop-time.repository.js';
import { ShopTimeService } from './shop-time.service.js';

@Module({
  imports: [CatalogModule],
  controllers: [EventsController, ShopTimeController],
  providers: [
    EventsRepository,
    EventsService,
    EventTransitions,
    EventScheduleRepository,
    EventScheduler,
    ShopTimeRepository,
    ShopTimeService,
  ],
  exports: [EventsService, EventTransitions],
})
export class EventsModule {}
