export { banner, browserUrl } from './banner.js';
export { createLogger, NestLogger, serializeError } from './logger.js';
export { logTroubledRequests } from './request-log.js';
export {
  type RegisteredService,
  ServiceRegistry,
  type ServiceState,
  type ServiceStatus,
  type StatusReport,
} from './service-registry.js';
export { TelemetryModule } from './telemetry.module.js';
