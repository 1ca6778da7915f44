/** The shapes that the shop speaks of, by the names it knows them by; schema.d.ts is generated from openapi.json. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Money = Schemas['Money'];
export type User = Schemas['UserResponse'];
export type SignedIn = Schemas['AuthenticationResponse'];
export type Session = Schemas['SessionResponse'];
export type EventStatus = Schemas['EventStatus'];
/** `held`: units in reservations that may still come back, which the live channel tells. */
export type EventItem = Schemas['EventItemResponse'] & { held?: number };
export type DropEvent = Omit<Schemas['EventResponse'], 'items'> & { items: EventItem[] };
export type AdminEvent = Schemas['AdminEventResponse'];
export type Order = Schemas['OrderResponse'];
/** With the title of its drop. */
export type ListedOrder = Schemas['ListedOrderResponse'];
export type OrderStatus = Order['status'];
export type Review = Schemas['ReviewResponse'];
export type RatingSummary = Schemas['ReviewSummaryResponse'];
export type Comment = Schemas['CommentResponse'];
export type Reply = Schemas['ReplyResponse'];
export type Thread = Schemas['ThreadResponse'];
export type CatalogItem = Schemas['CatalogItemResponse'];
export type EventFigures = Schemas['DashboardEventResponse'];
export type Replay = Schemas['ReplayResponse'];
export type AuditEntry = Schemas['AuditEntryResponse'];
export type EventInput = Schemas['CreateEventRequest'];

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}
