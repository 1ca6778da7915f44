/** A comment on an event, or a reply to one. A thread is a comment on the event with all replies below it. */
export interface Comment {
  /** A UUIDv7: sorting by it sorts by creation. */
  id: string;
  eventId: string;
  /** The id of the thread's first comment; its own for that comment. */
  threadId: string;
  parentId: string | null;
  /** 0 for the thread's first comment. */
  depth: number;
  authorId: string;
  /** Empty once removed. */
  text: string;
  createdAt: Date;
  removedAt: Date | null;
}

export interface CommentDraft {
  id: string;
  authorId: string;
  text: string;
  at: Date;
}

/**
 * Where comments are kept. As with `ReviewStore`, each write is one atomic act of the store, and every
 * method throws REVIEWS_UNAVAILABLE, within a second, while its store cannot be reached.
 */
export abstract class CommentStore {
  /** Starts a thread; if its first comment is there already by its id, adds nothing and gives that one back. */
  abstract startThread(eventId: string, draft: CommentDraft): Promise<Comment>;

  /**
   * Adds a reply below `parent`, unless its thread has `maxReplies`; however many arrive at once. A reply that is
   * there already by its id is given back.
   * @returns the reply, or undefined if the thread is full.
   */
  abstract addReply(parent: Comment, draft: CommentDraft, maxReplies: number): Promise<Comment | undefined>;

  abstract find(id: string): Promise<Comment | undefined>;

  /**
   * Threads of the event with all their comments, in one query: newest thread first, those started before
   * thread `before`. At most `limit`, and no further one once those before it have `maxComments`. In each
   * thread its first comment comes first, then the replies by age.
   */
  abstract listThreads(
    eventId: string,
    limit: number,
    maxComments: number,
    before?: string,
  ): Promise<Comment[][]>;

  /** Erases the text and marks the comment removed; its place and its replies stay. Twice is as once. */
  abstract remove(comment: Comment, at: Date): Promise<void>;
}
