import { Global, Module } from '@nestjs/common';
import { DatabaseSignals } from './database-signals.js';

/** Hints between instances, for every module. */
@Global()
@Module({ providers: [DatabaseSignals], exports: [DatabaseSignals] })
export class SignalsModule {}
