import type { Comment } from './comment.store.js';
import { AuthorResponse } from './dto/author.response.js';
import type { CommentResponse } from './dto/comment.response.js';

/** Makes a thread a tree. Its first comment comes first, and each list of replies keeps their order. */
export function toTree(thread: readonly Comment[], names: ReadonlyMap<string, string>): CommentResponse {
  const [first] = thread;
  if (!first) throw new Error('a thread has at least its first comment');
  const nodes = new Map(thread.map((comment) => [comment.id, toNode(comment, names)]));
  for (const { id, parentId } of thread)
    if (parentId !== null) nodes.get(parentId)?.replies.push(nodes.get(id) as CommentResponse);
  return nodes.get(first.id) as CommentResponse;
}

function toNode(comment: Comment, names: ReadonlyMap<string, string>): CommentResponse {
  const removed = comment.removedAt !== null;
  return {
    id: comment.id,
    author: removed ? null : AuthorResponse.of(comment.authorId, names),
    text: removed ? null : comment.text,
    removed,
    createdAt: comment.createdAt.toISOString(),
    replies: [],
  };
}
