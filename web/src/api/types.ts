/** The shapes that the shop speaks of, named in one place. */
export interface Money {
  amount: number;
  currency: string;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export type Role = 'customer' | 'admin';

export interface User {
  id: string;
  email: string;
  displayName: string;
  role: Role;
  active: boolean;
  createdAt: string;
}

export interface SignedIn {
  user: User;
  accessToken: string;
  expiresIn: number;
}

export interface Session {
  id: string;
  device: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt?: string;
  current: boolean;
}

export type EventStatus = 'locked' | 'live' | 'sold_out' | 'closed';

export interface EventItem {
  id: string;
  itemId: string;
  name: string;
  description?: string;
  category: string;
  imageUrl: string | null;
  price: Money;
  stockTotal: number;
  stockRemaining: number;
  /** Units in reservations that may still come back. */
  held?: number;
  perUserLimit: number;
}

export interface DropEvent {
  id: string;
  title: string;
  description: string;
  status: EventStatus;
  startsAt: string;
  endsAt: string;
  serverTime: string;
  version: number;
  reservationTtlSeconds: number;
  forceOpenedAt?: string | null;
  forceClosedAt?: string | null;
  items: EventItem[];
}

export type OrderStatus = 'reserved' | 'confirmed' | 'cancelled' | 'expired';

export interface Order {
  id: string;
  eventId: string;
  eventItemId: string;
  itemName: string;
  quantity: number;
  unitPrice: Money;
  total: Money;
  status: OrderStatus;
  reservedUntil: string;
  createdAt: string;
  confirmedAt: string | null;
}

export interface Author {
  id: string;
  displayName: string;
}

export interface Review {
  id: string;
  author: Author;
  rating: number;
  text: string | null;
  verifiedBuyer?: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface RatingSummary {
  average: number | null;
  count: number;
  distribution: Record<'1' | '2' | '3' | '4' | '5', number>;
}

export interface Comment {
  id: string;
  author: Author | null;
  text: string | null;
  createdAt: string;
  replies: Comment[];
}

export interface CatalogItem {
  id: string;
  name: string;
  description: string;
  category: string;
  imageUrl: string | null;
  createdAt: string;
}

export interface EventFigures {
  eventId: string;
  title: string;
  status: EventStatus;
  startsAt: string;
  endsAt: string;
  stockTotal: number;
  stockRemaining: number;
  reserved: number;
  confirmed: number;
  revenue: Money[];
  ordersPerSecond: number;
}

export interface AuditEntry {
  id: string;
  actor: Author;
  action: string;
  targetType: string;
  targetId: string;
  details: Record<string, unknown>;
  createdAt: string;
}
