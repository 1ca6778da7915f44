import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import type { EventStatus } from '../events/index.js';

export interface DashboardRow {
  id: string;
  title: string;
  status: EventStatus;
  startsAt: Date;
  endsAt: Date;
  closedAt: Date | null;
  /** 0 on sale, 1 still locked, 2 over. */
  rank: number;
  /** Microseconds: ends soonest, starts soonest, or ended last comes first. Text, since it is a bigint. */
  position: string;
}

@Injectable()
export class DashboardRepository {
  constructor(private readonly database: Database) {}

  /** Those on sale first, then what is next, then what is over; after `cursor`, if given. */
  page(cursor: readonly [string, string, string] | undefined, count: number): Promise<DashboardRow[]> {
    return this.database.reader.query(PAGE, [...(cursor ?? [null, null, null]), count]);
  }
}

const PAGE = `
WITH phased AS (
  SELECT id, title, starts_at, ends_at, closed_at,
         event_phase(status, starts_at, ends_at, clock_timestamp()) AS phase
  FROM events
), ranked AS (
  SELECT *, CASE phase WHEN 'closed' THEN 2 WHEN 'locked' THEN 1 ELSE 0 END AS rank,
         (1000000 * extract(epoch FROM
           CASE phase WHEN 'locked' THEN starts_at
                      WHEN 'closed' THEN 'epoch'::timestamptz - (coalesce(closed_at, ends_at) - 'epoch'::timestamptz)
                      ELSE ends_at END))::bigint AS position
  FROM phased
)
SELECT id, title, phase AS status, starts_at AS "startsAt", ends_at AS "endsAt", closed_at AS "closedAt", rank, position
FROM ranked
WHERE $1::integer IS NULL OR (rank, position, id) > ($1::integer, $2::bigint, $3::uuid)
ORDER BY rank, position, id
LIMIT $4`;
