import { defineErrors } from '../platform/errors/index.js';

/** As it is now. */
const order = { $ref: '#/components/schemas/OrderResponse' };

const money = { $ref: '#/components/schemas/Money' };

export const purchaseErrors = defineErrors({
  SOLD_OUT: {
    kind: 'conflict',
    title: 'There are not that many units left.',
    members: { stockRemaining: { type: 'integer', minimum: 0, required: false } },
  },
  EVENT_NOT_LIVE: {
    kind: 'conflict',
    title: 'The event is not live.',
    members: {
      phase: { type: 'string', enum: ['locked', 'closed'] },
      startsAt: { type: 'string', format: 'date-time' },
    },
  },
  PURCHASE_LIMIT_REACHED: {
    kind: 'conflict',
    title: 'You would hold more units of this item than one shopper may.',
    members: { perUserLimit: { type: 'integer', minimum: 1 } },
  },
  PRICE_CHANGED: {
    kind: 'conflict',
    title: 'The price is not the one you saw.',
    members: { expected: money, actual: money },
  },
  HOLD_LIMIT_REACHED: {
    kind: 'conflict',
    title: 'You let go of this item too often lately; others have their turn.',
    members: { holdsAgainAt: { type: 'string', format: 'date-time' } },
    saysWhen: true,
  },
  EVENT_ITEM_NOT_FOUND: { kind: 'notFound', title: 'No event sells an item with this id.' },
  ACCOUNT_NOT_ACTIVE: { kind: 'forbidden', title: 'This account may not buy.' },
  CLAIM_QUEUE_FULL: { kind: 'unavailable', title: 'Too many purchases are waiting; try again shortly.' },
  CLAIM_UNCERTAIN: {
    kind: 'unavailable',
    title: 'The connection to the database broke while the purchase was being stored.',
  },
  ORDER_NOT_FOUND: { kind: 'notFound', title: 'You have no order with this id.' },
  ORDER_NOT_RESERVED: {
    kind: 'conflict',
    title: 'The order is no longer a reservation.',
    members: { order },
  },
  RESERVATION_EXPIRED: { kind: 'conflict', title: 'The reservation has run out.', members: { order } },
});
