import type { Comment, Page, Reply, Thread } from '@/api/types';

/** The thread with further replies in their places: below their parents, or below its first comment if those are not here. */
export function withReplies(thread: Thread, { data, nextCursor }: Page<Reply>): Thread {
  const copy = structuredClone(thread);
  const nodes = new Map<string, Comment>();
  const index = (comment: Comment) => {
    nodes.set(comment.id, comment);
    comment.replies.forEach(index);
  };
  index(copy);
  for (const reply of data) {
    if (nodes.has(reply.id)) continue;
    const node = { ...reply, replies: [] };
    nodes.set(reply.id, node);
    (nodes.get(reply.parentId ?? '') ?? copy).replies.push(node);
  }
  return { ...copy, nextReplies: nextCursor };
}
