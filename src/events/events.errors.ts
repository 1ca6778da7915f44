import { defineErrors } from '../platform/errors/index.js';
import { eventStatuses } from './event-states.js';

const eventStatus = { type: 'string', enum: eventStatuses };

export const eventErrors = defineErrors({
  EVENT_NOT_FOUND: { kind: 'notFound', title: 'There is no such event.' },
  EVENT_ENDS_BEFORE_START: { kind: 'invalid', title: 'The event must end after it starts.' },
  EVENT_ENDS_IN_PAST: { kind: 'invalid', title: 'The event must end in the future.' },
  EVENT_TOO_LONG: { kind: 'invalid', title: 'The event lasts longer than a year.' },
  EVENT_TOO_FAR_AHEAD: { kind: 'invalid', title: 'The event starts more than five years from now.' },
  DUPLICATE_ITEM: { kind: 'invalid', title: 'A catalogue item stands in the event twice.' },
  UNKNOWN_ITEM: { kind: 'invalid', title: 'An item of the event is not in the catalogue.' },
  EVENT_TOO_VALUABLE: {
    kind: 'invalid',
    title: 'All units of the event together cost more than can be summed.',
  },
  MIXED_CURRENCIES: { kind: 'invalid', title: 'All items of an event must have the same currency.' },
  EVENT_NOT_EDITABLE: {
    kind: 'conflict',
    title: 'Only an event that is still locked can be edited.',
    members: { eventStatus },
  },
  EVENT_NOT_LOCKED: {
    kind: 'conflict',
    title: 'Only an event that is still locked can be opened.',
    members: { eventStatus },
  },
  EVENT_ALREADY_CLOSED: { kind: 'conflict', title: 'The event is closed already.' },
  IF_MATCH_REQUIRED: {
    kind: 'preconditionRequired',
    title: 'An edit must carry an If-Match header with the ETag of the event that was read.',
  },
  EVENT_CHANGED: {
    kind: 'preconditionFailed',
    title: 'The event was changed since it was read.',
    members: { version: { type: 'integer', minimum: 1 } },
  },
});
