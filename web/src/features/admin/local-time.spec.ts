import { describe, expect, it } from 'vitest';
import { fromLocalField, toLocalField } from './local-time';

describe('times in one’s own zone', () => {
  it.each([
    ['2026-07-01T10:00', 'Asia/Taipei', '2026-07-01T02:00:00.000Z'],
    ['2026-01-15T10:00', 'Europe/Berlin', '2026-01-15T09:00:00.000Z'],
    ['2026-07-15T10:00', 'Europe/Berlin', '2026-07-15T08:00:00.000Z'],
    ['2026-07-15T10:00:30', 'America/New_York', '2026-07-15T14:00:30.000Z'],
    ['2026-12-31T23:59', 'Pacific/Kiritimati', '2026-12-31T09:59:00.000Z'],
    ['2026-03-01T00:15', 'Asia/Kathmandu', '2026-02-28T18:30:00.000Z'],
    ['2026-06-01T12:00', 'UTC', '2026-06-01T12:00:00.000Z'],
  ])('%s in %s is %s, and back', (text, zone, instant) => {
    expect(fromLocalField(text, zone)).toEqual({ instant });
    expect(toLocalField(instant, zone)).toBe(text);
  });

  it.each([
    // Clocks go from 02:00 to 03:00.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z', '2026-03-29T03:30'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z', '2026-03-08T03:30'],
    // Half an hour only.
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z', '2026-10-04T02:45'],
  ])('%s in %s does not exist: the time after the change is meant', (text, zone, instant, shown) => {
    expect(fromLocalField(text, zone)).toEqual({ instant, oddity: 'skipped' });
    expect(toLocalField(instant, zone)).toBe(shown);
  });

  it.each([
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ])('%s in %s comes twice: the first is meant', (text, zone, instant) => {
    expect(fromLocalField(text, zone)).toEqual({ instant, oddity: 'twice' });
    expect(toLocalField(instant, zone)).toBe(text);
  });

  it.each([
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('%s in %s, beside a change, is plain', (text, zone, instant) => {
    expect(fromLocalField(text, zone)).toEqual({ instant });
  });

  it.each(['', 'soon', '2026-13-01T10:00', '2026-01-01'])('%j is no time', (text) => {
    expect(fromLocalField(text, 'UTC')).toBeUndefined();
  });
});
