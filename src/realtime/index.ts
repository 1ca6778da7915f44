export { RealtimeGateway } from './realtime.gateway.js';
export { RealtimeModule } from './realtime.module.js';
