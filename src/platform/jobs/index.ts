export { type Delivery, type Handler, Jobs, type SubscriberOptions } from './jobs.js';
export { JobsModule } from './jobs.module.js';
export { type JobFigures, type QueueFigures, type SetAsideJob } from './jobs.repository.js';
