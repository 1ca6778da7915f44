import { describe, expect, it } from 'vitest';
import { elapsedText, type UnitWords } from './elapsed';

const unit: UnitWords = (name, count, digits = 0) => `${count.toFixed(digits)} ${name}`;

describe('time that has passed', () => {
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
  ])('of %d seconds is told as %s', (seconds, text) => {
    expect(elapsedText(seconds, unit)).toBe(text);
  });

  it.each([0.1, 0.2, 0.5, 1, 2, 5])('never reads alike twice in a row of steps of %d s', (step) => {
    const row = Array.from({ length: 300 }, (_, index) => elapsedText(index * step, unit, step));
    expect(new Set(row).size).toBe(300);
  });

  it('has tenths in a row that needs them, and in no other', () => {
    expect([10.5, 11, 65.5].map((seconds) => elapsedText(seconds, unit, 0.5))).toEqual([
      '10.5 s',
      '11.0 s',
      '1:05.5',
    ]);
    expect([0, 5, 65].map((seconds) => elapsedText(seconds, unit, 5))).toEqual(['0 s', '5 s', '1:05']);
  });
});
