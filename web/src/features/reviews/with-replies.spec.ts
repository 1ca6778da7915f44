import { describe, expect, it } from 'vitest';
import type { Comment, Reply, Thread } from '@/api/types';
import { withReplies } from './with-replies';

const reply = (id: string, parentId: string | null): Reply => ({
  ...{ id, parentId, author: null, text: id, removed: false, createdAt: '2026-01-01T00:00:00.000Z' },
});
const thread: Thread = {
  ...reply('a', null),
  replies: [{ ...reply('b', 'a'), replies: [] }],
  nextReplies: 'cursor',
};
const outline = ({ id, replies }: Comment): string =>
  id + (replies.length > 0 ? `(${replies.map(outline).join(' ')})` : '');

describe('a thread with further replies', () => {
  it('has each below its parent, once, and the next cursor', () => {
    const data = [reply('b', 'a'), reply('c', 'b'), reply('d', 'c'), reply('e', 'a')];
    const grown = withReplies(thread, { data, nextCursor: 'further' });
    expect(outline(grown)).toBe('a(b(c(d)) e)');
    expect(grown.nextReplies).toBe('further');
    expect(outline(thread)).toBe('a(b)');
  });

  it('loses none whose parent is not there', () => {
    expect(outline(withReplies(thread, { data: [reply('x', 'gone')], nextCursor: null }))).toBe('a(b x)');
  });
});
