import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AuditService } from '../audit/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, toPage, type Page, type PageQuery } from '../platform/http/index.js';
import { Jobs, type SetAsideJob } from '../platform/jobs/index.js';
import { isInstant } from '../platform/values/index.js';
import type { SetAsideJobResponse } from './dto/set-aside-job.response.js';
import { jobErrors } from './jobs.errors.js';

/** Jobs that failed for good: admins see them, and repeat them once the cause is mended. */
@Injectable()
export class JobAdministration {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  /**
   * Reads the jobs that were set aside, newest first.
   * @throws INVALID_CURSOR
   */
  async listSetAside({ limit, cursor }: PageQuery): Promise<Page<SetAsideJobResponse>> {
    const position = decodeCursor(cursor, [isInstant, (part) => isUUID(part)]);
    const before = position && { instant: position[0], id: position[1] };
    const rows = await this.jobs.listSetAside(before, limit + 1);
    return toPage(rows, limit, (job) => [job.position, job.id], toResponse);
  }

  /** Gives the job all its attempts again. @throws JOB_NOT_SET_ASIDE */
  async repeat(adminId: string, id: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (!(await this.jobs.repeat(transaction, id))) throw jobErrors.JOB_NOT_SET_ASIDE();
      await this.audit.record(transaction, adminId, 'job.repeated', id);
    });
  }
}

function toResponse({ queue, publishedAt, setAsideAt, ...job }: SetAsideJob): SetAsideJobResponse {
  const [message = '', subscriber = ''] = queue.split('.');
  return {
    id: job.id,
    message,
    subscriber,
    messageId: job.messageId,
    payload: job.payload,
    error: job.error,
    attempts: job.attempts,
    publishedAt: publishedAt.toISOString(),
    setAsideAt: setAsideAt.toISOString(),
  };
}
