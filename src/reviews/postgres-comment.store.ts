import { In } from 'typeorm';
import type { Database } from '../platform/database/index.js';
import { CommentRow } from './comment.entity.js';
import { CommentStore, type Comment, type CommentDraft, type Removal } from './comment.store.js';
import { removeFrom, standingReplies } from './thread-removal.js';

const UNIQUE_VIOLATION = '23505';

/** Of those who write to a thread, each sees what the one before it left: its first comment's row is their lock. */
const LOCK_THREAD = 'SELECT FROM comments WHERE id = $1 FOR UPDATE';

const ADD_REPLY = `
WITH thread AS (
  UPDATE comments SET reply_count = reply_count + 1
  WHERE id = $3 AND reply_count < $9 AND EXISTS (SELECT FROM comments WHERE id = $4 AND removed_at IS NULL)
  RETURNING id
)
INSERT INTO comments (id, event_id, root_id, parent_id, depth, author_id, text, created_at)
SELECT $1::uuid, $2::uuid, thread.id, $4::uuid, $5::integer, $6::uuid, $7::text, $8::timestamptz FROM thread
RETURNING id`;

/**
 * The replies' counts bound the page before their texts are read. A thread's first comment is put first by what
 * it is: the clock of the instance that took a quick reply may have been behind.
 */
const LIST_THREADS = `
SELECT id, event_id AS "eventId", root_id AS "rootId", parent_id AS "parentId", depth, author_id AS "authorId",
  text, created_at AS "createdAt", removed_at AS "removedAt"
FROM comments
WHERE root_id IN (
  SELECT id FROM (
    SELECT id, sum(reply_count + 1) OVER (ORDER BY id DESC) - reply_count - 1 AS comments_before
    FROM (
      SELECT id, reply_count FROM comments
      WHERE event_id = $1 AND parent_id IS NULL AND ($4::uuid IS NULL OR id < $4)
      ORDER BY id DESC LIMIT $2
    ) AS newest
  ) AS counted
  WHERE comments_before < $3
)
ORDER BY root_id DESC, id <> root_id, id`;

/** Comments in PostgreSQL, one row each, for the embedded default. */
export class PostgresCommentStore extends CommentStore {
  constructor(private readonly database: Database) {
    super();
  }

  async startThread(eventId: string, { id, authorId, text, at }: CommentDraft): Promise<Comment> {
    const row = { id, eventId, rootId: id, parentId: null, depth: 0, authorId, text, createdAt: at };
    try {
      await this.rows.insert(row);
    } catch (error) {
      if (isDuplicate(error)) return this.rows.findOneByOrFail({ id }).then(toComment);
      throw error;
    }
    return toComment({ ...row, removedAt: null });
  }

  async addReply(parent: Comment, { id, authorId, text, at }: CommentDraft, maxReplies: number) {
    const { eventId, threadId } = parent;
    const depth = parent.depth + 1;
    const inserted = await this.database
      .transaction(async (transaction): Promise<unknown[]> => {
        await transaction.query(LOCK_THREAD, [threadId]);
        return transaction.query(ADD_REPLY, [
          ...[id, eventId, threadId, parent.id, depth, authorId, text, at],
          maxReplies,
        ]);
      })
      .catch((error: unknown) => {
        if (isDuplicate(error)) return [];
        throw error;
      });
    // There is no place for it, or it is there already.
    if (inserted.length === 0) return this.find(id);
    return {
      id,
      eventId,
      threadId,
      parentId: parent.id,
      depth,
      authorId,
      text,
      createdAt: at,
      removedAt: null,
    };
  }

  async find(id: string): Promise<Comment | undefined> {
    const row = await this.rows.findOneBy({ id });
    return row ? toComment(row) : undefined;
  }

  async listThreads(eventId: string, limit: number, maxComments: number, before?: string) {
    const rows: StoredComment[] = await this.database.reader.query(LIST_THREADS, [
      eventId,
      limit,
      maxComments,
      before ?? null,
    ]);
    const threads = new Map<string, Comment[]>();
    for (const row of rows) {
      const thread = threads.get(row.rootId);
      if (thread) thread.push(toComment(row));
      else threads.set(row.rootId, [toComment(row)]);
    }
    return [...threads.values()];
  }

  async listReplies(threadId: string, limit: number, after?: string): Promise<Comment[]> {
    const query = this.rows
      .createQueryBuilder('reply')
      .where('reply.rootId = :threadId AND reply.parentId IS NOT NULL', { threadId });
    if (after !== undefined) query.andWhere('reply.id > :after', { after });
    return (await query.orderBy('reply.id').limit(limit).getMany()).map(toComment);
  }

  async newestBy(authorId: string, eventId: string, limit: number): Promise<Date[]> {
    const rows: { createdAt: Date }[] = await this.database.reader.query(
      `SELECT created_at AS "createdAt" FROM comments
       WHERE author_id = $1 AND event_id = $2 AND removed_at IS NULL ORDER BY created_at DESC LIMIT $3`,
      [authorId, eventId, limit],
    );
    return rows.map(({ createdAt }) => createdAt);
  }

  async remove({ id, threadId }: Comment, at: Date): Promise<void> {
    await this.removeIn(threadId, (comment) => comment.id === id, at);
  }

  async removeAllBy(authorId: string, eventId: string | undefined, at: Date): Promise<Removal> {
    const threads: { threadId: string; eventId: string }[] = await this.database.reader.query(
      `SELECT DISTINCT root_id AS "threadId", event_id AS "eventId" FROM comments
       WHERE author_id = $1 AND ($2::uuid IS NULL OR event_id = $2) AND removed_at IS NULL`,
      [authorId, eventId ?? null],
    );
    let comments = 0;
    for (const { threadId } of threads)
      comments += await this.removeIn(threadId, (comment) => comment.authorId === authorId, at);
    return { comments, eventIds: [...new Set(threads.map((thread) => thread.eventId))] };
  }

  /** @returns how many comments it removed. */
  private removeIn(threadId: string, isMeant: (comment: Comment) => boolean, at: Date): Promise<number> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(LOCK_THREAD, [threadId]);
      const rows = transaction.manager.getRepository(CommentRow);
      const thread = (await rows.findBy({ rootId: threadId })).map(toComment);
      const left = new Map(removeFrom(thread, isMeant, at).map((comment) => [comment.id, comment]));
      const gone = thread.filter(({ id }) => !left.has(id)).map(({ id }) => id);
      const meant = thread.filter((comment) => comment.removedAt === null && isMeant(comment));
      const emptied = meant.filter(({ id }) => left.has(id)).map(({ id }) => id);
      if (gone.length > 0) await rows.delete({ id: In(gone) });
      if (emptied.length > 0) await rows.update({ id: In(emptied) }, { text: '', removedAt: at });
      await rows.update({ id: threadId }, { replyCount: standingReplies([...left.values()]) });
      return meant.length;
    });
  }

  private get rows() {
    return this.database.reader.getRepository(CommentRow);
  }
}

function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown }).code === UNIQUE_VIOLATION;
}

type StoredComment = Omit<CommentRow, 'replyCount'>;

function toComment(row: StoredComment): Comment {
  const { id, eventId, rootId, parentId, depth, authorId, text, createdAt, removedAt } = row;
  return { id, eventId, threadId: rootId, parentId, depth, authorId, text, createdAt, removedAt };
}
