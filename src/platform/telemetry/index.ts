export { banner, browserUrl } from './banner.js';
export { createLogger, NestLogger, serializeError } from './logger.js';
export { logTroubledRequests } from './request-log.js';
