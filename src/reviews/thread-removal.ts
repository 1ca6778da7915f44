import type { Comment } from './comment.store.js';

/**
 * Removes the comments of a thread that `isMeant` names. A removed comment keeps its place, without its text, as long
 * as a reply stands below it; then it vanishes. Every comment that stays is a standing one or has one below, so what
 * was removed never counts against a thread.
 * @returns what is left of the thread: nothing if no comment stands
 */
export function removeFrom(
  thread: readonly Comment[],
  isMeant: (comment: Comment) => boolean,
  at: Date,
): Comment[] {
  let left = thread.map((comment) =>
    comment.removedAt === null && isMeant(comment) ? { ...comment, text: '', removedAt: at } : comment,
  );
  for (;;) {
    const parents = new Set(left.map(({ parentId }) => parentId));
    const kept = left.filter(({ id, removedAt }) => removedAt === null || parents.has(id));
    if (kept.length === left.length) return kept;
    left = kept;
  }
}

/** Counts the replies that stand, which is what a thread's limit is about. */
export function standingReplies(thread: readonly Comment[]): number {
  return thread.filter(({ parentId, removedAt }) => parentId !== null && removedAt === null).length;
}
