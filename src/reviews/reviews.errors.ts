import { defineErrors } from '../platform/errors/index.js';

export const reviewErrors = defineErrors({
  REVIEWS_UNAVAILABLE: {
    kind: 'unavailable',
    title: 'Reviews and comments are not available right now; try again shortly.',
  },
  NOT_A_VERIFIED_BUYER: {
    kind: 'forbidden',
    title: 'Only buyers with a confirmed order of the item can review it.',
  },
  REVIEW_NOT_FOUND: { kind: 'notFound', title: 'There is no such review.' },
  COMMENT_NOT_FOUND: { kind: 'notFound', title: 'There is no such comment.' },
  NOT_THE_AUTHOR: { kind: 'forbidden', title: 'Only its author or an admin can remove this.' },
  COMMENT_REMOVED: { kind: 'conflict', title: 'The comment was removed; it takes no replies.' },
  COMMENT_TOO_DEEP: {
    kind: 'conflict',
    title: 'Replies are nested too deeply here; reply further up.',
    members: { maxDepth: { type: 'integer' } },
  },
  THREAD_FULL: {
    kind: 'conflict',
    title: 'The thread takes no more replies; start a new one.',
    members: { maxReplies: { type: 'integer' } },
  },
  COMMENT_LIMIT_REACHED: {
    kind: 'tooManyRequests',
    title: 'You have written enough about this event for now; let others speak.',
    members: { maxComments: { type: 'integer' } },
  },
});
