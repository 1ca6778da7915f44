import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { UserDirectory, type AuthenticatedUser } from '../auth/index.js';
import { Clock, SharedReads } from '../platform/values/index.js';
import { decodeCursor, encodeCursor, toPage, type Page, type PageQuery } from '../platform/http/index.js';
import { Listeners } from '../platform/signals/index.js';
import { Settings } from '../platform/config/index.js';
import { EventsService } from '../events/index.js';
import { IdempotencyService, type KeyedRequest } from '../platform/idempotency/index.js';
import { toReply, toTree } from './comment-tree.js';
import { CommentStore, type Comment, type CommentDraft } from './comment.store.js';
import type { CommentResponse, ReplyResponse, ThreadResponse } from './dto/comment.response.js';
import { Moderation } from './moderation.js';
import { reviewErrors } from './reviews.errors.js';
import { standingReplies } from './thread-removal.js';

const HOUR_MS = 3_600_000;
/** Deeper than people follow, shallow enough to show; the thread's first comment has depth 0. */
const MAX_DEPTH = 8;
/** Replies that stand. Bounds what one thread brings along with a page, and the thread's document in MongoDB. */
const MAX_REPLIES = 200;
/**
 * What a page may bring; above what one thread holds, so that each page has one. 20 full threads of long
 * comments would be 27 MB, and three seconds in which nothing is sold.
 */
const MAX_COMMENTS_PER_PAGE = 300;
/** Of one thread in a list; further replies are read by themselves. */
const MAX_THREAD_BYTES = 64 * 1024;
/** What a comment weighs beside its text. */
const COMMENT_BYTES = 350;

/**
 * What people say about events. As in `ReviewsService`, no method runs in a transaction, and each throws
 * REVIEWS_UNAVAILABLE while the store cannot be reached.
 */
@Injectable()
export class CommentsService {
  private readonly changes = new Listeners<string>();
  private readonly threadReads = new SharedReads<Page<ThreadResponse>>();
  private readonly replyReads = new SharedReads<Page<ReplyResponse>>();

  constructor(
    private readonly comments: CommentStore,
    private readonly events: EventsService,
    private readonly users: UserDirectory,
    private readonly moderation: Moderation,
    private readonly clock: Clock,
    private readonly idempotency: IdempotencyService,
    private readonly settings: Settings,
  ) {}

  /** Tells the event's id after each change that this instance made. Returns the way to stop listening. */
  onChanged(listener: (eventId: string) => void): () => void {
    return this.changes.add(listener);
  }

  /** @throws IDEMPOTENCY_KEY_REUSED, EVENT_NOT_FOUND, COMMENT_LIMIT_REACHED */
  async startThread(
    authorId: string,
    eventId: string,
    text: string,
    keyed?: KeyedRequest,
  ): Promise<CommentResponse> {
    await this.events.get(eventId);
    return this.once(authorId, keyed, async (id) => {
      await this.assertModest(authorId, eventId);
      return this.comments.startThread(eventId, this.draft(id, authorId, text));
    });
  }

  /**
   * Replies to a comment at any depth up to the limit. However many reply at once, no thread grows beyond
   * its limit.
   * @throws IDEMPOTENCY_KEY_REUSED, COMMENT_NOT_FOUND, COMMENT_REMOVED, COMMENT_TOO_DEEP, THREAD_FULL,
   *   COMMENT_LIMIT_REACHED
   */
  reply(authorId: string, parentId: string, text: string, keyed?: KeyedRequest): Promise<CommentResponse> {
    return this.once(authorId, keyed, async (id) => {
      const parent = await this.standing(parentId);
      if (parent.depth >= MAX_DEPTH) throw reviewErrors.COMMENT_TOO_DEEP({ maxDepth: MAX_DEPTH });
      await this.assertModest(authorId, parent.eventId);
      const reply = await this.comments.addReply(parent, this.draft(id, authorId, text), MAX_REPLIES);
      if (reply) return reply;
      // It was refused a place because its parent has just been removed, or else because the thread is full.
      await this.standing(parentId);
      throw reviewErrors.THREAD_FULL({ maxReplies: MAX_REPLIES });
    });
  }

  /**
   * Lists threads as trees, newest thread first: one query to the store and one for all names, which those who read the
   * same page share. A page of long threads has fewer than `limit`, and a long thread only its first replies.
   * @throws EVENT_NOT_FOUND, INVALID_CURSOR
   */
  async listThreads(eventId: string, { limit, cursor }: PageQuery): Promise<Page<ThreadResponse>> {
    const [before] = decodeCursor(cursor, [(part) => isUUID(part)]) ?? [];
    await this.events.get(eventId);
    return this.threadReads.read(JSON.stringify([eventId, limit, before]), async () => {
      const threads = await this.comments.listThreads(eventId, limit + 1, MAX_COMMENTS_PER_PAGE, before);
      const standing = threads.reduce((sum, thread) => sum + 1 + standingReplies(thread), 0);
      const names = await this.users.displayNames(threads.flat().map(({ authorId }) => authorId));
      return toPage(
        threads,
        // One thread more than the page shows tells that there are more; a page that was cut has one, too.
        standing >= MAX_COMMENTS_PER_PAGE ? threads.length - 1 : limit,
        ([first]) => [first?.id],
        (thread) => toThread(thread, names),
      );
    });
  }

  /**
   * Lists the replies of a thread by age, at any depth: what `nextReplies` of its list leads to.
   * @throws COMMENT_NOT_FOUND, INVALID_CURSOR
   */
  async listReplies(commentId: string, { limit, cursor }: PageQuery): Promise<Page<ReplyResponse>> {
    const [after] = decodeCursor(cursor, [(part) => isUUID(part)]) ?? [];
    return this.replyReads.read(JSON.stringify([commentId, limit, after]), async () => {
      const { threadId } = await this.existing(commentId);
      const replies = await this.comments.listReplies(threadId, limit + 1, after);
      const names = await this.users.displayNames(replies.map(({ authorId }) => authorId));
      return toPage(
        replies,
        limit,
        ({ id }) => [id],
        (reply) => toReply(reply, names),
      );
    });
  }

  /**
   * Removes a comment: its text, and its place once no reply is left below it. Idempotent while it has a place.
   * @throws COMMENT_NOT_FOUND; NOT_THE_AUTHOR unless `user` is, or is an admin
   */
  async remove(user: AuthenticatedUser, id: string): Promise<void> {
    const comment = await this.existing(id);
    if (comment.authorId !== user.id && user.role !== 'admin') throw reviewErrors.NOT_THE_AUTHOR();
    if (comment.removedAt !== null) return;
    if (comment.authorId !== user.id)
      await this.moderation.announce({
        actorId: user.id,
        target: 'comment',
        targetId: id,
        authorId: comment.authorId,
      });
    await this.comments.remove(comment, this.clock.now());
    this.changes.tell(comment.eventId);
  }

  /**
   * Removes every comment of one author, of one event or of all. The caller has written the act down.
   * @returns how many there were
   */
  async removeAllBy(authorId: string, eventId: string | undefined): Promise<number> {
    const { comments, eventIds } = await this.comments.removeAllBy(authorId, eventId, this.clock.now());
    for (const id of eventIds) this.changes.tell(id);
    return comments;
  }

  /**
   * Keeps one account from burying a discussion. Requests that arrive at once may pass together; how many those are
   * is bounded by the limit per minute.
   */
  private async assertModest(authorId: string, eventId: string): Promise<void> {
    if (!this.settings.rateLimitsEnabled) return;
    const maxComments = this.settings.raw.RATE_LIMIT_COMMENTS_PER_EVENT_AND_HOUR;
    const oldest = (await this.comments.newestBy(authorId, eventId, maxComments))[maxComments - 1];
    const waitMs = (oldest?.getTime() ?? -Infinity) + HOUR_MS - this.clock.now().getTime();
    if (waitMs > 0)
      throw reviewErrors.COMMENT_LIMIT_REACHED({ maxComments, retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  }

  private async standing(id: string): Promise<Comment> {
    const comment = await this.existing(id);
    if (comment.removedAt !== null) throw reviewErrors.COMMENT_REMOVED();
    return comment;
  }

  private async existing(id: string): Promise<Comment> {
    const comment = await this.comments.find(id);
    if (!comment) throw reviewErrors.COMMENT_NOT_FOUND();
    return comment;
  }

  /** Lets `write` add the comment of its id, unless an earlier try of the same request has. */
  private once(
    authorId: string,
    keyed: KeyedRequest | undefined,
    write: (id: string) => Promise<Comment>,
  ): Promise<CommentResponse> {
    return this.idempotency.elsewhere(authorId, keyed, async (id, isRepeated) => {
      const written = isRepeated ? await this.comments.find(id) : undefined;
      const comment = written ?? (await write(id));
      this.changes.tell(comment.eventId);
      return this.present(comment);
    });
  }

  private draft(id: string, authorId: string, text: string): CommentDraft {
    return { id, authorId, text, at: this.clock.now() };
  }

  private async present(comment: Comment): Promise<CommentResponse> {
    return toTree([comment], await this.users.displayNames([comment.authorId]));
  }
}

/** Shows a thread as far as its first replies weigh no more than a list can bear. */
function toThread(thread: readonly Comment[], names: ReadonlyMap<string, string>): ThreadResponse {
  let bytes = 0;
  const firstTooMany = thread.findIndex(({ text }, index) => {
    bytes += COMMENT_BYTES + Buffer.byteLength(text);
    return index > 0 && bytes > MAX_THREAD_BYTES;
  });
  const shown = firstTooMany < 0 ? thread : thread.slice(0, firstTooMany);
  const isWhole = shown.length === thread.length;
  return { ...toTree(shown, names), nextReplies: isWhole ? null : encodeCursor([shown.at(-1)?.id]) };
}
