import { expect, it } from 'vitest';
import { fromLocalField, toLocalField } from './local-time';

it('comes back from a field as the same minute', () => {
  const iso = '2026-11-21T10:30:00.000Z';
  expect(fromLocalField(toLocalField(iso))).toBe(iso);
});

it('knows no instant for an empty field', () => expect(fromLocalField('')).toBeUndefined());
