// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { networkProblem } from '@/api/problem';
import type { User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { forgetDrafts } from './draft-store';
import { hasDraft, useDraft } from './use-draft';

const as = (id: string) => (useSession().user = { id } as User);
const open = () => useDraft('comment.drop', () => ({ text: '' }));

beforeEach(() => {
  sessionStorage.clear();
  setActivePinia(createPinia());
  as('ada');
});

it('is there again where it was typed, for who typed it alone', () => {
  open().draft.text = 'half a sen';
  expect(open().draft.text).toBe('half a sen');
  expect(hasDraft('comment.drop')).toBe(true);
  expect(useDraft('comment.other', () => ({ text: '' })).draft.text).toBe('');
  as('bo');
  expect([open().draft.text, hasDraft('comment.drop')]).toEqual(['', false]);
  as('ada');
  forgetDrafts('ada');
  expect(open().draft.text).toBe('');
});

it('is gone when it is sent, cleared, or as it was at the beginning', async () => {
  const first = open();
  first.draft.text = 'a sentence';
  await first.send('a sentence', () => Promise.resolve());
  expect(hasDraft('comment.drop')).toBe(false);
  const second = open();
  second.draft.text = 'another';
  second.clear();
  expect([second.draft.text, hasDraft('comment.drop')]).toEqual(['', false]);
  second.draft.text = 'a';
  second.draft.text = '';
  expect(hasDraft('comment.drop')).toBe(false);
});

it('keeps the key of what had no answer over a reload', async () => {
  const keys: string[] = [];
  const lose = (key: string) => (keys.push(key), Promise.reject(networkProblem()));
  const before = open();
  before.draft.text = 'a sentence';
  await expect(before.send('a sentence', lose)).rejects.toThrow();
  const after = open();
  await after.send('a sentence', (key) => (keys.push(key), Promise.resolve()));
  expect(keys.length).toBeGreaterThan(2);
  expect(new Set(keys).size).toBe(1);
});

it('is not taken for one when what is kept cannot be read', () => {
  sessionStorage.setItem('swiftdrop.draft.ada.comment.drop', '{"draft":');
  expect(open().draft.text).toBe('');
});
