import { Global, Module } from '@nestjs/common';
import { ServiceRegistry } from './service-registry.js';

/** Where each module tells how the service is that it needs. */
@Global()
@Module({ providers: [ServiceRegistry], exports: [ServiceRegistry] })
export class TelemetryModule {}
