import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { DropEvent } from '../events/index.js';

export type EventTrace = Pick<
  DropEvent,
  'createdAt' | 'forceOpenedAt' | 'forceOpenedBy' | 'forceClosedAt' | 'forceClosedBy'
>;

@Injectable()
export class EventTraceRepository {
  constructor(private readonly database: Database) {}

  /** Of an event that is known to exist; events are never deleted. */
  find(id: string): Promise<EventTrace> {
    return this.database.reader.findOneByOrFail(DropEvent, { id });
  }
}
