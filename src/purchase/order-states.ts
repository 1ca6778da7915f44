export const orderStatuses = ['reserved', 'confirmed', 'cancelled', 'expired'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** What an order may become. A reservation is resolved once; what it became is final. */
const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  reserved: ['confirmed', 'cancelled', 'expired'],
  confirmed: [],
  cancelled: [],
  expired: [],
};

export function mayBecome(from: OrderStatus, to: OrderStatus): boolean {
  return transitions[from].includes(to);
}

/** Why an order gave its stock back. */
export const releaseReasons = ['shopper', 'expiry', 'event_closed'] as const;
export type ReleaseReason = (typeof releaseReasons)[number];
