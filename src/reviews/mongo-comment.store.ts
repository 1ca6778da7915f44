import { trusted, type PipelineStage } from 'mongoose';
import { CommentStore, type Comment, type CommentDraft, type Removal } from './comment.store.js';
import { MAX_TIME_MS, type MongoConnection } from './mongo-connection.js';
import { exactly, isDuplicate } from './mongo-filters.js';
import { reviewErrors } from './reviews.errors.js';
import { removeFrom, standingReplies } from './thread-removal.js';
import type { ReplyDocument, ThreadDocument } from './thread.schema.js';

const THREADS_AT_A_TIME = 5;
/** Each is lost only to a write that succeeded, and a thread takes a few hundred. */
const MAX_ATTEMPTS = 100;

/** Comments in MongoDB, one document for each thread. */
export class MongoCommentStore extends CommentStore {
  constructor(private readonly mongodb: MongoConnection) {
    super();
  }

  startThread(eventId: string, { id, authorId, text, at }: CommentDraft): Promise<Comment> {
    const thread: ThreadDocument = {
      ...{ _id: id, eventId, authorId, text, createdAt: at, removedAt: null },
      ...{ revision: 0, standing: [id], replyCount: 0, replies: [] },
    };
    return this.mongodb.run(async () => {
      try {
        await this.mongodb.threads.insertOne(thread);
        return rootOf(thread);
      } catch (error) {
        const existing = isDuplicate(error) ? await this.threadWith(id) : null;
        if (existing) return rootOf(existing);
        throw error;
      }
    });
  }

  /** The filter and the push are one atomic update of the thread's document: the bound holds in any race. */
  addReply(parent: Comment, { id, authorId, text, at }: CommentDraft, maxReplies: number) {
    const depth = parent.depth + 1;
    const reply: ReplyDocument = {
      ...{ id, parentId: parent.id, depth, authorId, text },
      ...{ createdAt: at, removedAt: null },
    };
    return this.mongodb.run(async () => {
      const { modifiedCount } = await this.mongodb.threads
        .updateOne(
          {
            _id: exactly(parent.threadId),
            replyCount: trusted({ $lt: maxReplies }),
            'replies.id': trusted({ $ne: exactly(id) }),
            standing: exactly(parent.id),
          },
          { $push: { replies: reply, standing: id }, $inc: { replyCount: 1, revision: 1 } },
        )
        .maxTimeMS(MAX_TIME_MS);
      if (modifiedCount === 1) return replyOf(parent, reply);
      const thread = await this.threadWith(id);
      return thread ? commentsOf(thread).find((comment) => comment.id === id) : undefined;
    });
  }

  find(id: string): Promise<Comment | undefined> {
    return this.mongodb.run(async () => {
      const thread = await this.threadWith(id);
      return thread ? commentsOf(thread).find((comment) => comment.id === id) : undefined;
    });
  }

  /** Read a few at a time, so that no more is fetched than a page may hold. */
  listThreads(eventId: string, limit: number, maxComments: number, before?: string): Promise<Comment[][]> {
    return this.mongodb.run(async () => {
      const newest = this.mongodb.threads
        .find({
          eventId: exactly(eventId),
          ...(before !== undefined && { _id: trusted({ $lt: exactly(before) }) }),
        })
        .sort({ _id: -1 })
        .limit(limit)
        .maxTimeMS(MAX_TIME_MS)
        .lean<ThreadDocument[]>()
        .cursor({ batchSize: THREADS_AT_A_TIME });
      const threads: Comment[][] = [];
      let comments = 0;
      for await (const thread of newest) {
        if (comments >= maxComments) break;
        threads.push(commentsOf(thread));
        comments += 1 + thread.replyCount;
      }
      return threads;
    });
  }

  listReplies(threadId: string, limit: number, after?: string): Promise<Comment[]> {
    return this.mongodb.run(async () => {
      const thread = await this.threadWith(threadId);
      const replies = thread ? commentsOf(thread).slice(1) : [];
      return replies.filter(({ id }) => after === undefined || id > after).slice(0, limit);
    });
  }

  /** Aggregated, so that no long thread is fetched for the few comments of one author. */
  newestBy(authorId: string, eventId: string, limit: number): Promise<Date[]> {
    const [author, event] = [exactly(authorId), exactly(eventId)];
    const newest = async (place: string, ...stages: PipelineStage[]) => {
      const found = await this.mongodb.threads
        .aggregate<ThreadDocument & { replies: ReplyDocument }>([
          { $match: { eventId: event, [`${place}authorId`]: author } },
          ...stages,
          { $match: { [`${place}authorId`]: author, [`${place}removedAt`]: null } },
          { $sort: { [`${place}createdAt`]: -1 } },
          { $limit: limit },
        ])
        .option({ maxTimeMS: MAX_TIME_MS });
      return found.map((comment) => (place === '' ? comment : comment.replies).createdAt);
    };
    return this.mongodb.run(async () => {
      const times = await Promise.all([newest(''), newest('replies.', { $unwind: '$replies' })]);
      return times
        .flat()
        .sort((one, other) => other.getTime() - one.getTime())
        .slice(0, limit);
    });
  }

  async remove({ id, threadId }: Comment, at: Date): Promise<void> {
    await this.removeIn(threadId, (comment) => comment.id === id, at);
  }

  async removeAllBy(authorId: string, eventId: string | undefined, at: Date): Promise<Removal> {
    const author = exactly(authorId);
    const threads = await this.mongodb.run(() =>
      this.mongodb.threads
        .find({
          ...(eventId !== undefined && { eventId: exactly(eventId) }),
          $or: [{ authorId: author }, { 'replies.authorId': author }],
        })
        .select({ eventId: 1 })
        .maxTimeMS(MAX_TIME_MS)
        .lean<Pick<ThreadDocument, '_id' | 'eventId'>[]>(),
    );
    const removal = { comments: 0, eventIds: new Set<string>() };
    for (const thread of threads) {
      const removed = await this.removeIn(thread._id, (comment) => comment.authorId === authorId, at);
      removal.comments += removed;
      if (removed > 0) removal.eventIds.add(thread.eventId);
    }
    return { comments: removal.comments, eventIds: [...removal.eventIds] };
  }

  /**
   * Replaces the thread by what is left of it, unless somebody has written to it since it was read; then reads it
   * again. A removal changes several places of a document, which no operator that all servers know can do at once.
   * @returns how many comments it removed
   */
  private async removeIn(
    threadId: string,
    isMeant: (comment: Comment) => boolean,
    at: Date,
  ): Promise<number> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const removed = await this.mongodb.run(() => this.tryRemovingIn(threadId, isMeant, at));
      if (removed !== undefined) return removed;
    }
    throw reviewErrors.REVIEWS_UNAVAILABLE({ retryAfterSeconds: 1 });
  }

  private async tryRemovingIn(threadId: string, isMeant: (comment: Comment) => boolean, at: Date) {
    const document = await this.mongodb.threads
      .findOne({ _id: exactly(threadId) })
      .maxTimeMS(MAX_TIME_MS)
      .lean<ThreadDocument>();
    if (!document) return 0;
    const thread = commentsOf(document);
    const removed = thread.filter((comment) => comment.removedAt === null && isMeant(comment)).length;
    if (removed === 0) return 0;
    const left = removeFrom(thread, isMeant, at);
    const asRead = { _id: exactly(threadId), revision: document.revision };
    if (left.length === 0) {
      const { deletedCount } = await this.mongodb.threads.deleteOne(asRead).maxTimeMS(MAX_TIME_MS);
      return deletedCount === 1 ? removed : undefined;
    }
    const [root, ...replies] = left as [Comment, ...Comment[]];
    const { modifiedCount } = await this.mongodb.threads
      .updateOne(asRead, {
        $set: {
          text: root.text,
          removedAt: root.removedAt,
          replies: replies.map(toReplyDocument),
          standing: left.filter((comment) => comment.removedAt === null).map(({ id }) => id),
          replyCount: standingReplies(left),
          revision: document.revision + 1,
        },
      })
      .maxTimeMS(MAX_TIME_MS);
    return modifiedCount === 1 ? removed : undefined;
  }

  private threadWith(commentId: string) {
    return this.mongodb.threads
      .findOne({ $or: [{ _id: exactly(commentId) }, { 'replies.id': exactly(commentId) }] })
      .maxTimeMS(MAX_TIME_MS)
      .lean<ThreadDocument>();
  }
}

function commentsOf(thread: ThreadDocument): Comment[] {
  const root = rootOf(thread);
  const replies = thread.replies.map((reply) => replyOf(root, reply));
  // Pushed in the order of arrival here, which is that of ids but for requests that overtook each other.
  return [root, ...replies.sort((a, b) => (a.id < b.id ? -1 : 1))];
}

function rootOf({ _id, eventId, authorId, text, createdAt, removedAt }: ThreadDocument): Comment {
  return {
    ...{ id: _id, eventId, threadId: _id, parentId: null, depth: 0 },
    ...{ authorId, text, createdAt, removedAt },
  };
}

function replyOf({ eventId, threadId }: Comment, reply: ReplyDocument): Comment {
  const { id, parentId, depth, authorId, text, createdAt, removedAt } = reply;
  return { id, eventId, threadId, parentId, depth, authorId, text, createdAt, removedAt };
}

function toReplyDocument({
  id,
  parentId,
  depth,
  authorId,
  text,
  createdAt,
  removedAt,
}: Comment): ReplyDocument {
  return { id, parentId: parentId as string, depth, authorId, text, createdAt, removedAt };
}
