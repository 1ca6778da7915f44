import { authorisedFetch, TokenKeeper } from './authorised-fetch';
import { problemOf } from './problem';
import type {
  AuditEntry,
  CatalogItem,
  Comment,
  DropEvent,
  EventFigures,
  Order,
  Page,
  RatingSummary,
  Review,
  Session,
  SignedIn,
  User,
} from './types';

export const tokens = new TokenKeeper();
const send = authorisedFetch(tokens);

interface Options {
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  const headers = new Headers(options.headers);
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  const response = await send(
    new Request(url, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    }),
  );
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const part = encodeURIComponent;

/** Every call of the shop, named by intent. Each throws ApiProblem. */
export const api = {
  register: (body: { email: string; password: string; displayName: string }) =>
    call<SignedIn>('POST', '/auth/register', { body }),
  login: (body: { email: string; password: string }) => call<SignedIn>('POST', '/auth/login', { body }),
  logout: () => call<void>('POST', '/auth/logout'),
  changePassword: (body: { currentPassword: string; newPassword: string }) =>
    call<void>('PUT', '/auth/password', { body }),
  sessions: () => call<Page<Session> | Session[]>('GET', '/auth/sessions'),
  endSession: (id: string) => call<void>('DELETE', `/auth/sessions/${part(id)}`),

  profile: () => call<User>('GET', '/profile'),
  updateProfile: (body: { displayName: string }) => call<User>('PUT', '/profile', { body }),
  orders: (cursor?: string) => call<Page<Order>>('GET', '/profile/orders', { query: { limit: 20, cursor } }),

  events: (query: { status?: string; limit?: number; cursor?: string } = {}) =>
    call<Page<DropEvent>>('GET', '/events', { query }),
  event: (id: string) => call<DropEvent>('GET', `/events/${part(id)}`),

  reserve: (eventItemId: string, quantity: number, key: string) =>
    call<{ order: Order }>('POST', `/purchase/${part(eventItemId)}`, {
      body: { quantity },
      headers: { 'idempotency-key': key },
    }).then((answer) => answer.order),
  confirm: (orderId: string) =>
    call<{ order: Order }>('POST', `/purchase/${part(orderId)}/confirm`).then((answer) => answer.order),
  cancel: (orderId: string) =>
    call<{ order: Order }>('POST', `/purchase/${part(orderId)}/cancel`).then((answer) => answer.order),

  ratingSummary: (itemId: string) => call<RatingSummary>('GET', `/reviews/items/${part(itemId)}/summary`),
  reviews: (itemId: string, cursor?: string) =>
    call<Page<Review>>('GET', `/reviews/items/${part(itemId)}`, { query: { limit: 5, cursor } }),
  rate: (itemId: string, body: { rating: number; text?: string }) =>
    call<Review>('POST', `/reviews/items/${part(itemId)}`, { body }),
  threads: (eventId: string, cursor?: string) =>
    call<Page<Comment>>('GET', `/reviews/events/${part(eventId)}/comments`, { query: { limit: 20, cursor } }),
  comment: (eventId: string, text: string) =>
    call<Comment>('POST', `/reviews/events/${part(eventId)}/comments`, { body: { text } }),
  reply: (commentId: string, text: string) =>
    call<Comment>('POST', `/reviews/comments/${part(commentId)}/replies`, { body: { text } }),

  dashboard: (cursor?: string) => call<Page<EventFigures>>('GET', '/admin/events/dashboard', { query: { cursor } }),
  createEvent: (body: unknown) => call<DropEvent>('POST', '/admin/events', { body }),
  updateEvent: (id: string, version: number, body: unknown) =>
    call<DropEvent>('PUT', `/admin/events/${part(id)}`, { body, headers: { 'if-match': `"${version}"` } }),
  openEvent: (id: string) => call<DropEvent>('POST', `/admin/events/${part(id)}/open`),
  closeEvent: (id: string) => call<DropEvent>('POST', `/admin/events/${part(id)}/close`),
  items: (query: { search?: string; cursor?: string; limit?: number } = {}) =>
    call<Page<CatalogItem>>('GET', '/admin/items', { query: { limit: 50, ...query } }),
  createItem: (body: { name: string; description?: string; category: string; imageUrl?: string }) =>
    call<CatalogItem>('POST', '/admin/items', { body }),
  users: (query: { search?: string; cursor?: string } = {}) =>
    call<Page<User>>('GET', '/admin/users', { query: { limit: 30, ...query } }),
  setUserActive: (id: string, active: boolean) =>
    call<User>('POST', `/admin/users/${part(id)}/${active ? 'activate' : 'deactivate'}`),
  audit: (cursor?: string) => call<Page<AuditEntry>>('GET', '/admin/audit', { query: { limit: 30, cursor } }),
};
