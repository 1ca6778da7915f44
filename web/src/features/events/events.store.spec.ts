// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import type { DropEvent } from '@/api/types';
import { useEvents } from './events.store';

const at = (second: number) => `2026-11-21T10:00:0${second}.000Z`;
const event = (second: number, stockRemaining: number) =>
  ({
    id: 'e',
    version: 1,
    status: 'live',
    startsAt: at(0),
    endsAt: at(9),
    serverTime: at(second),
    items: [{ id: 'i', stockRemaining, stockTotal: 9 }],
  }) as DropEvent;
const news = (second: number, stockRemaining: number) => ({
  eventId: 'e',
  version: 1,
  status: 'live' as const,
  startsAt: at(0),
  endsAt: at(9),
  closedAt: null,
  items: [{ id: 'i', stockRemaining, held: 2 }],
  viewers: 3,
  serverTime: at(second),
});
const shown = () => useEvents().byId.get('e')?.items[0];

beforeEach(() => setActivePinia(createPinia()));

it('shows live stock', () => {
  useEvents().keep(event(1, 9));
  useEvents().applyLive(news(2, 5));
  expect(shown()).toMatchObject({ stockRemaining: 5, held: 2 });
});

it('does not let a slow answer bring old stock back', () => {
  useEvents().keep(event(1, 9));
  useEvents().applyLive(news(3, 5));
  useEvents().keep(event(2, 9));
  expect(shown()?.stockRemaining).toBe(5);
});

it('does not let a late message bring old stock back', () => {
  useEvents().keep(event(4, 1));
  useEvents().applyLive(news(3, 5));
  expect(shown()?.stockRemaining).toBe(1);
});

it('knows when an admin closed it, and does not let a slow answer unknow it', () => {
  useEvents().keep(event(1, 9));
  useEvents().applyLive({ ...news(3, 9), status: 'closed', closedAt: at(3) });
  expect(useEvents().byId.get('e')).toMatchObject({ status: 'closed', closedAt: at(3) });
  useEvents().keep({ ...event(2, 9), closedAt: null });
  expect(useEvents().byId.get('e')).toMatchObject({ status: 'closed', closedAt: at(3) });
});

it('does not let a slow answer bring back what an edit replaced', () => {
  useEvents().keep({ ...event(3, 9), version: 2, title: 'New' });
  useEvents().keep({ ...event(2, 9), title: 'Old' });
  expect(useEvents().byId.get('e')).toMatchObject({ version: 2, title: 'New' });
});
