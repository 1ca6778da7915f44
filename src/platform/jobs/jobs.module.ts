import { Global, Module } from '@nestjs/common';
import { HandledMessageSweeper } from './handled-message-sweeper.js';
import { Jobs } from './jobs.js';
import { JobsRepository } from './jobs.repository.js';

/** Durable work after a commit, for every module. */
@Global()
@Module({ providers: [Jobs, JobsRepository, HandledMessageSweeper], exports: [Jobs] })
export class JobsModule {}
