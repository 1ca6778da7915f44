import { expect, it } from 'vitest';
import { elapsedText } from './elapsed';

it.each([
  [0, '0 s'],
  [0.5, '0.5 s'],
  [2.34, '2.3 s'],
  [59.97, '1:00'],
  [65, '1:05'],
  [3_599.9, '1:00:00'],
  [3_905, '1:05:05'],
  [86_400, '1 d'],
  [2 * 86_400 + 6 * 3_600, '2 d 6:00'],
  [-30, '-30 s'],
  [42.4, '42 s'],
])('%d seconds are told as %s', (seconds, text) => {
  expect(elapsedText(seconds)).toBe(text);
});
