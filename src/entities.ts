import { AuditEntry } from './audit/audit-entry.entity.js';
import { RefreshToken } from './auth/sessions/refresh-token.entity.js';
import { Revocation } from './auth/tokens/revocation.entity.js';
import { Session } from './auth/sessions/session.entity.js';
import { User } from './auth/users/user.entity.js';
import { CatalogItem } from './catalog/catalog-item.entity.js';
import { EventItem } from './events/event-item.entity.js';
import { DropEvent } from './events/event.entity.js';
import { IdempotencyRecord } from './platform/idempotency/idempotency-record.entity.js';
import { Order } from './purchase/order.entity.js';
import { CommentRow } from './reviews/comment.entity.js';
import { ReviewRow } from './reviews/review.entity.js';

/** Every table, for the data source and for the check that entities and migrations agree. */
export const entities = [
  User,
  Session,
  RefreshToken,
  Revocation,
  CatalogItem,
  DropEvent,
  EventItem,
  Order,
  ReviewRow,
  CommentRow,
  AuditEntry,
  IdempotencyRecord,
];
