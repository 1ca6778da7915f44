import { expect, it } from 'vitest';
import { phaseAt } from './phase';

const event = { startsAt: '2026-11-21T10:00:00Z', endsAt: '2026-11-21T11:00:00Z' };
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

it.each([
  ['locked', '09:59:59.999', 'locked'],
  ['locked', '10:00:00', 'live'],
  ['live', '09:00:00', 'live'],
  ['sold_out', '10:30:00', 'sold_out'],
  ['live', '11:00:00', 'closed'],
  ['sold_out', '11:00:00', 'closed'],
  ['closed', '10:30:00', 'closed'],
] as const)('%s at %s is %s', (status, time, phase) => {
  expect(phaseAt({ ...event, status }, at(time))).toBe(phase);
});
