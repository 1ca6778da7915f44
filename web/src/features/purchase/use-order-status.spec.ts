import { expect, it } from 'vitest';
import type { Order } from '@/api/types';
import { shownStatus } from './use-order-status';

it.each([
  ['reserved', null, 'reserved'],
  ['confirmed', null, 'confirmed'],
  ['cancelled', 'shopper', 'cancelled'],
  ['cancelled', 'event_closed', 'closed'],
  ['expired', 'expiry', 'expired'],
] as const)('shows %s (%s) as %s', (status, releaseReason, shown) => {
  expect(shownStatus({ status, releaseReason } as Order)).toBe(shown);
});
