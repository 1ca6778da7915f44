import { expect, it } from 'vitest';
import { clockText, partsOf } from './duration';

it.each([
  [0, '00:00'],
  [-5, '00:00'],
  [1, '00:01'],
  [59_001, '01:00'],
  [300_000, '05:00'],
  [3_600_000, '1:00:00'],
  [90_061_000, '25:01:01'],
])('writes %i ms as %s', (milliseconds, text) => expect(clockText(milliseconds)).toBe(text));

it('splits into days, hours, minutes and seconds', () =>
  expect(partsOf(90_061_000)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 }));
