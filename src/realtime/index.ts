export { RealtimeModule } from './realtime.module.js';
export { RealtimeGateway } from './realtime.gateway.js';
