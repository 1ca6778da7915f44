import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { Moderation } from '../reviews/index.js';
import { AuditService } from '../audit/index.js';

/** Writes into the trail what admins remove of others' reviews and comments. */
@Injectable()
export class ModerationAudit implements OnModuleInit {
  constructor(
    private readonly moderation: Moderation,
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    this.moderation.witnessedBy(({ actorId, target, targetId, authorId }) =>
      this.database.transaction((transaction) =>
        this.audit.record(transaction, actorId, `${target}.removed`, targetId, { authorId }),
      ),
    );
  }
}
