import type { Comment } from './comment.store.js';
import { AuthorResponse } from './dto/author.response.js';
import type { CommentResponse, ReplyResponse } from './dto/comment.response.js';

/** Makes a thread a tree. Its first comment comes first, and each list of replies keeps their order. */
export function toTree(thread: readonly Comment[], names: ReadonlyMap<string, string>): CommentResponse {
  const [first] = thread;
  if (!first) throw new Error('a thread has at least its first comment');
  const nodes = new Map(
    thread.map((comment) => [comment.id, { ...toReply(comment, names), replies: [] as CommentResponse[] }]),
  );
  // A reply whose parent is not in this part of the thread hangs below the first comment, so that none is lost.
  const root = nodes.get(first.id) as CommentResponse;
  for (const { id, parentId } of thread.slice(1))
    (nodes.get(parentId ?? '') ?? root).replies.push(nodes.get(id) as CommentResponse);
  return root;
}

/** The comment by itself; without its text and author once removed. */
export function toReply(comment: Comment, names: ReadonlyMap<string, string>): ReplyResponse {
  const removed = comment.removedAt !== null;
  return {
    id: comment.id,
    parentId: comment.parentId,
    author: removed ? null : AuthorResponse.of(comment.authorId, names),
    text: removed ? null : comment.text,
    removed,
    createdAt: comment.createdAt.toISOString(),
  };
}
