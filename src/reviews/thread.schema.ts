import { Schema } from 'mongoose';

export interface ReplyDocument {
  id: string;
  parentId: string;
  depth: number;
  authorId: string;
  text: string;
  createdAt: Date;
  removedAt: Date | null;
}

/**
 * A thread is one document, so a page of threads is one query and the bound on replies is part of one atomic
 * update. At most a few hundred replies of a few kilobytes stay far below MongoDB's 16 MB a document.
 */
export interface ThreadDocument {
  _id: string;
  eventId: string;
  authorId: string;
  text: string;
  createdAt: Date;
  removedAt: Date | null;
  /** Counts writes: who has read the thread replaces it only if nobody has written since. */
  revision: number;
  /** The ids of comments that were not removed, the thread's first among them: what takes replies. */
  standing: string[];
  /** How many replies stand. */
  replyCount: number;
  replies: ReplyDocument[];
}

const replySchema = new Schema<ReplyDocument>(
  {
    id: { type: String, required: true },
    parentId: { type: String, required: true },
    depth: { type: Number, required: true },
    authorId: { type: String, required: true },
    text: { type: String },
    createdAt: { type: Date, required: true },
    removedAt: { type: Date, default: null },
  },
  { _id: false, id: false, strict: 'throw' },
);

export const threadSchema = new Schema<ThreadDocument>(
  {
    _id: { type: String, required: true },
    eventId: { type: String, required: true },
    authorId: { type: String, required: true },
    text: { type: String },
    createdAt: { type: Date, required: true },
    removedAt: { type: Date, default: null },
    revision: { type: Number, required: true },
    standing: { type: [String], required: true },
    replyCount: { type: Number, required: true },
    replies: { type: [replySchema], required: true },
  },
  { versionKey: false, strict: 'throw' },
);
threadSchema.index({ eventId: 1, _id: -1 }, { name: 'threads_by_event' });
threadSchema.index({ 'replies.id': 1 }, { name: 'threads_by_reply' });
threadSchema.index({ authorId: 1, eventId: 1 }, { name: 'threads_by_author' });
threadSchema.index({ 'replies.authorId': 1, eventId: 1 }, { name: 'threads_by_replier' });
