export { EventsModule } from './events.module.js';
export { DropEvent, type EventStatus } from './event.entity.js';
export { EventItem } from './event-item.entity.js';
