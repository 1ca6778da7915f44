import type { Database } from '../platform/database/index.js';
import { CommentRow } from './comment.entity.js';
import { CommentStore, type Comment, type CommentDraft } from './comment.store.js';

const UNIQUE_VIOLATION = '23505';

/**
 * The update of the thread's first row decides and locks in one: of replies that arrive together, each
 * sees the count that the one before it left.
 */
const ADD_REPLY = `
WITH thread AS (
  UPDATE comments SET reply_count = reply_count + 1
  WHERE id = $3 AND reply_count < $9
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
    let inserted: unknown[];
    try {
      inserted = await this.database.reader.query(ADD_REPLY, [
        ...[id, eventId, threadId, parent.id, depth, authorId, text, at],
        maxReplies,
      ]);
    } catch (error) {
      if (isDuplicate(error)) return this.find(id);
      throw error;
    }
    // The thread is full, or was when this reply was there already.
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

  async remove({ id }: Comment, at: Date): Promise<void> {
    await this.rows
      .createQueryBuilder()
      .update()
      .set({ text: '', removedAt: at })
      .where('id = :id AND removed_at IS NULL', { id })
      .execute();
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
