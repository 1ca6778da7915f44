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
   * Adds a reply below `parent`, if that stands and its thread has fewer than `maxReplies` that stand; however many
   * arrive at once. A reply that is there already by its id is given back.
   * @returns the reply, or undefined if there is no place for it
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

  /** Lists replies of the thread by age, those after reply `after`, at most `limit`. */
  abstract listReplies(threadId: string, limit: number, after?: string): Promise<Comment[]>;

  /** Lists when the author's newest standing comments on the event were written, newest first, at most `limit`. */
  abstract newestBy(authorId: string, eventId: string, limit: number): Promise<Date[]>;

  /** Removes the comment as `removeFrom` says. Idempotent. */
  abstract remove(comment: Comment, at: Date): Promise<void>;

  /**
   * Removes every comment of the author, of one event or of all, a thread at a time. Idempotent; what fails half way
   * may be repeated.
   */
  abstract removeAllBy(authorId: string, eventId: string | undefined, at: Date): Promise<Removal>;
}

export interface Removal {
  comments: number;
  /** Where there was something to remove. */
  eventIds: string[];
}
