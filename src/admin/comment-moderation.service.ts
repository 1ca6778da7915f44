import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { EventsService } from '../events/index.js';
import { CommentsService } from '../reviews/index.js';
import { AuditService } from '../audit/index.js';
import type { RemovedCommentsResponse } from './dto/removed-comments.response.js';

/** Lets admins remove more comments than a single one. */
@Injectable()
export class CommentModeration {
  constructor(
    private readonly database: Database,
    private readonly users: UserDirectory,
    private readonly events: EventsService,
    private readonly comments: CommentsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Removes all comments of the author, of one event or of all. The entry in the trail comes first, as with every act
   * of moderation: the two cannot be one transaction.
   * @throws USER_NOT_FOUND, EVENT_NOT_FOUND
   */
  async removeAllBy(
    adminId: string,
    authorId: string,
    eventId: string | undefined,
  ): Promise<RemovedCommentsResponse> {
    await this.users.assertKnown(authorId);
    if (eventId !== undefined) await this.events.get(eventId);
    await this.database.transaction((transaction) =>
      this.audit.record(transaction, adminId, 'user.comments_removed', authorId, {
        eventId: eventId ?? null,
      }),
    );
    return { removed: await this.comments.removeAllBy(authorId, eventId) };
  }
}
