import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { CatalogModule } from '../catalog/index.js';
import { EventsModule } from '../events/index.js';
import { ReviewsModule } from '../reviews/index.js';
import { DemoDiscussion } from './demo-discussion.service.js';
import { SeedRepository } from './seed.repository.js';
import { DemoSeed } from './demo-seed.service.js';

@Module({
  imports: [AuthModule, CatalogModule, EventsModule, ReviewsModule],
  providers: [SeedRepository, DemoSeed, DemoDiscussion],
})
export class SeedModule {}
