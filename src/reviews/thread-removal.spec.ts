import type { Comment } from './comment.store.js';
import { removeFrom, standingReplies } from './thread-removal.js';

const NOW = new Date(9);
const comment = (id: string, parentId: string | null, removedAt: Date | null = null): Comment => ({
  ...{ id, eventId: 'event', threadId: 'a', parentId, depth: 0, authorId: `by ${id}`, text: id },
  ...{ createdAt: new Date(0), removedAt },
});
const remove = (thread: Comment[], ...ids: string[]) =>
  removeFrom(thread, ({ id }) => ids.includes(id), NOW).map(({ id, removedAt }) =>
    removedAt ? `-${id}` : id,
  );

describe('removing from a thread', () => {
  const thread = [comment('a', null), comment('b', 'a'), comment('c', 'b'), comment('d', 'a')];

  it('keeps the place of a comment with replies, and no other', () => {
    expect(remove(thread, 'b')).toEqual(['a', '-b', 'c', 'd']);
    expect(remove(thread, 'd')).toEqual(['a', 'b', 'c']);
    expect(remove(thread, 'a')).toEqual(['-a', 'b', 'c', 'd']);
  });

  it('lets removed ancestors go with the last reply that stood below them', () => {
    const removed = [comment('a', null, NOW), comment('b', 'a', NOW), comment('c', 'b')];
    expect(remove(removed, 'c')).toEqual([]);
    expect(remove([...removed, comment('d', 'a')], 'c')).toEqual(['-a', 'd']);
  });

  it('removes several at once, and what was removed keeps its time', () => {
    expect(remove(thread, 'b', 'c')).toEqual(['a', 'd']);
    expect(remove(thread, 'a', 'b', 'c', 'd')).toEqual([]);
    const earlier = new Date(3);
    const [root] = removeFrom([comment('a', null, earlier), comment('b', 'a')], () => false, NOW);
    expect(root?.removedAt).toBe(earlier);
  });

  it('counts standing replies alone', () => {
    expect(standingReplies([comment('a', null), comment('b', 'a', NOW), comment('c', 'b')])).toBe(1);
  });
});
