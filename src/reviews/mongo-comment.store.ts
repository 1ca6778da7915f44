import { trusted } from 'mongoose';
import { CommentStore, type Comment, type CommentDraft } from './comment.store.js';
import { MAX_TIME_MS, type MongoConnection } from './mongo-connection.js';
import { exactly, isDuplicate } from './mongo-filters.js';
import type { ReplyDocument, ThreadDocument } from './thread.schema.js';

const THREADS_AT_A_TIME = 5;

/** Comments in MongoDB, one document for each thread. */
export class MongoCommentStore extends CommentStore {
  constructor(private readonly mongodb: MongoConnection) {
    super();
  }

  startThread(eventId: string, { id, authorId, text, at }: CommentDraft): Promise<Comment> {
    const thread: ThreadDocument = {
      ...{ _id: id, eventId, authorId, text, createdAt: at, removedAt: null },
      ...{ replyCount: 0, replies: [] },
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
          },
          { $push: { replies: reply }, $inc: { replyCount: 1 } },
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
        comments += 1 + thread.replies.length;
      }
      return threads;
    });
  }

  /** `replies` only grows, so a position once read stays right; FerretDB v1 has no positional operators. */
  remove({ id, threadId }: Comment, at: Date): Promise<void> {
    return this.mongodb.run(async () => {
      const thread = await this.threadWith(id);
      const position = thread?.replies.findIndex((reply) => reply.id === id) ?? -1;
      const path = position < 0 ? '' : `replies.${position}.`;
      await this.mongodb.threads
        .updateOne(
          { _id: exactly(threadId), [`${path}removedAt`]: null },
          { $set: { [`${path}removedAt`]: at, [`${path}text`]: '' } },
        )
        .maxTimeMS(MAX_TIME_MS);
    });
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
