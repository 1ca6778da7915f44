import type { DropEvent, EventStatus } from '@/api/types';

/**
 * What an event is at an instant, by the same rule as the server's: the end closes it, the start opens
 * it, and what an admin forced stands. So a page opens on time without asking anyone.
 */
export function phaseAt(event: Pick<DropEvent, 'status' | 'startsAt' | 'endsAt'>, now: number): EventStatus {
  if (event.status === 'closed' || now >= Date.parse(event.endsAt)) return 'closed';
  if (event.status === 'live' || event.status === 'sold_out') return event.status;
  return now >= Date.parse(event.startsAt) ? 'live' : 'locked';
}
