import { CreateEventRequest } from './create-event.request.js';

/** Replaces the event and its items; an item that stays keeps its event item id. */
export class UpdateEventRequest extends CreateEventRequest {}
