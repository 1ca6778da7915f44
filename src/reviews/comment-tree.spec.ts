import { toTree } from './comment-tree.js';
import type { Comment } from './comment.store.js';

const comment = (id: string, parentId: string | null, more: Partial<Comment> = {}): Comment => ({
  ...{ id, eventId: 'event', threadId: 'a', parentId, depth: 0, authorId: 'ada', text: id },
  ...{ createdAt: new Date(0), removedAt: null, ...more },
});
const names = new Map([['ada', 'Ada']]);

/** `a(b(d) c)` for a tree in which `a` has the replies `b` and `c`, and `b` has `d`. */
const outline = ({ text, replies }: ReturnType<typeof toTree>): string =>
  (text ?? '-') + (replies.length > 0 ? `(${replies.map(outline).join(' ')})` : '');

describe('the tree of a thread', () => {
  it('hangs each reply below its parent, in the order given', () => {
    const thread = [
      comment('a', null),
      comment('b', 'a'),
      comment('c', 'a'),
      comment('d', 'b'),
      comment('e', 'a'),
    ];
    expect(outline(toTree(thread, names))).toBe('a(b(d) c e)');
  });

  it('finds a parent that comes after its reply, as clocks of two instances may have it', () => {
    expect(outline(toTree([comment('a', null), comment('b', 'c'), comment('c', 'a')], names))).toBe(
      'a(c(b))',
    );
  });

  it('shows a reply alone, and hangs one without its parent below the first comment', () => {
    expect(outline(toTree([comment('b', 'a')], names))).toBe('b');
    expect(outline(toTree([comment('a', null), comment('d', 'gone')], names))).toBe('a(d)');
  });

  it('tells neither text nor author of what was removed, and keeps what is below', () => {
    const removed = comment('a', null, { text: '', removedAt: new Date(1) });
    const tree = toTree([removed, comment('b', 'a')], names);
    expect(tree).toMatchObject({ author: null, text: null, removed: true });
    expect(tree.replies).toMatchObject([{ author: { id: 'ada', displayName: 'Ada' }, removed: false }]);
  });

  it('names an author whose account is gone', () => {
    expect(toTree([comment('a', null)], new Map()).author).toEqual({
      id: 'ada',
      displayName: 'Former shopper',
    });
  });
});
