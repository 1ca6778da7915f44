import createClient from 'openapi-fetch';
import { authorisedFetch, TokenKeeper } from './authorised-fetch';
import { problemOf } from './problem';
import type { components, paths } from './schema';

type Schemas = components['schemas'];

export const tokens = new TokenKeeper();

const client = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: authorisedFetch(tokens),
});

// Before the client reads the body of a refusal itself: a body can be read once only, and the problem's code is in it.
client.use({
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
});

/** The data of a good answer. @throws ApiProblem */
const dataOf = <T>(call: Promise<{ data?: T }>): Promise<T> => call.then(({ data }) => data as T);

const orderOf = (call: Promise<{ data?: { order: Schemas['OrderResponse'] } }>) =>
  dataOf(call).then((answer) => answer.order);

const path = <T extends Record<string, string>>(values: T) => ({ params: { path: values } });

const keyed = (key: string) => ({ header: { 'Idempotency-Key': key } });

/** Every call of the shop, named by intent. Each throws ApiProblem. */
export const api = {
  register: (body: Schemas['RegisterRequest'], key: string) =>
    dataOf(client.POST('/api/v1/auth/register', { params: keyed(key), body })),
  login: (body: Schemas['LoginRequest']) => dataOf(client.POST('/api/v1/auth/login', { body })),
  logout: () => dataOf(client.POST('/api/v1/auth/logout')),
  changePassword: (body: Schemas['ChangePasswordRequest'], key: string) =>
    dataOf(client.PUT('/api/v1/auth/password', { params: keyed(key), body })),
  sessions: () => dataOf(client.GET('/api/v1/auth/sessions')),
  endSession: (id: string) => dataOf(client.DELETE('/api/v1/auth/sessions/{id}', path({ id }))),

  updateProfile: (body: Schemas['UpdateProfileRequest']) => dataOf(client.PUT('/api/v1/profile', { body })),
  orders: (cursor?: string) =>
    dataOf(client.GET('/api/v1/profile/orders', { params: { query: { limit: 20, cursor } } })),
  standingOrders: (eventId: string, cursor?: string) =>
    dataOf(
      client.GET('/api/v1/profile/orders', {
        params: { query: { limit: 100, eventId, standing: true, cursor } },
      }),
    ),
  order: (orderId: string) => dataOf(client.GET('/api/v1/profile/orders/{orderId}', path({ orderId }))),

  events: (query: { status: Schemas['EventStatus'][]; limit: number; cursor?: string }) =>
    dataOf(client.GET('/api/v1/events', { params: { query } })),
  event: (id: string) => dataOf(client.GET('/api/v1/events/{id}', path({ id }))),
  status: () => dataOf(client.GET('/api/v1/status')),
  time: () => dataOf(client.GET('/api/v1/time')),

  reserve: (eventItemId: string, quantity: number, price: Schemas['Money'] | undefined, key: string) =>
    orderOf(
      client.POST('/api/v1/purchase/{eventItemId}', {
        params: { path: { eventItemId }, header: { 'Idempotency-Key': key } },
        body: { quantity, price },
      }),
    ),
  confirm: (orderId: string) => orderOf(client.POST('/api/v1/purchase/{orderId}/confirm', path({ orderId }))),
  cancel: (orderId: string) => orderOf(client.POST('/api/v1/purchase/{orderId}/cancel', path({ orderId }))),

  ratingSummary: (itemId: string) =>
    dataOf(client.GET('/api/v1/reviews/items/{itemId}/summary', path({ itemId }))),
  reviews: (itemId: string, cursor?: string) =>
    dataOf(
      client.GET('/api/v1/reviews/items/{itemId}', {
        params: { path: { itemId }, query: { limit: 5, cursor } },
      }),
    ),
  mayRate: (itemId: string) =>
    dataOf(client.GET('/api/v1/reviews/items/{itemId}/eligibility', path({ itemId }))).then(
      ({ verifiedBuyer }) => verifiedBuyer,
    ),
  /** Undefined if one has not rated the item. */
  ownReview: (itemId: string) =>
    dataOf(client.GET('/api/v1/reviews/items/{itemId}/mine', path({ itemId }))).then(
      ({ review }) => review ?? undefined,
    ),
  rate: (itemId: string, body: Schemas['PutReviewRequest'], key: string) =>
    dataOf(
      client.POST('/api/v1/reviews/items/{itemId}', { params: { path: { itemId }, ...keyed(key) }, body }),
    ),
  threads: (eventId: string, cursor?: string) =>
    dataOf(
      client.GET('/api/v1/reviews/events/{eventId}/comments', {
        params: { path: { eventId }, query: { limit: 20, cursor } },
      }),
    ),
  replies: (threadId: string, cursor: string) =>
    dataOf(
      client.GET('/api/v1/reviews/comments/{commentId}/replies', {
        params: { path: { commentId: threadId }, query: { limit: 50, cursor } },
      }),
    ),
  comment: (eventId: string, text: string, key: string) =>
    dataOf(
      client.POST('/api/v1/reviews/events/{eventId}/comments', {
        params: { path: { eventId }, ...keyed(key) },
        body: { text },
      }),
    ),
  reply: (commentId: string, text: string, key: string) =>
    dataOf(
      client.POST('/api/v1/reviews/comments/{commentId}/replies', {
        params: { path: { commentId }, ...keyed(key) },
        body: { text },
      }),
    ),

  dashboard: (cursor?: string) =>
    dataOf(client.GET('/api/v1/admin/events/dashboard', { params: { query: { limit: 50, cursor } } })),
  dashboardPace: () => dataOf(client.GET('/api/v1/admin/events/dashboard/pace')),
  eventDefaults: () => dataOf(client.GET('/api/v1/admin/events/defaults')),
  adminEvent: (id: string) => dataOf(client.GET('/api/v1/admin/events/{id}', path({ id }))),
  createEvent: (body: Schemas['CreateEventRequest'], key: string) =>
    dataOf(client.POST('/api/v1/admin/events', { params: keyed(key), body })),
  updateEvent: (id: string, version: number, body: Schemas['UpdateEventRequest']) =>
    dataOf(
      client.PUT('/api/v1/admin/events/{id}', {
        params: { path: { id }, header: { 'If-Match': `"${version}"` } },
        body,
      }),
    ),
  openEvent: (id: string) => dataOf(client.POST('/api/v1/admin/events/{id}/open', path({ id }))),
  closeEvent: (id: string) => dataOf(client.POST('/api/v1/admin/events/{id}/close', path({ id }))),
  replay: (id: string, query: { from?: string; to?: string }) =>
    dataOf(client.GET('/api/v1/admin/events/{id}/replay', { params: { path: { id }, query } })),
  items: (query: { search?: string; cursor?: string }) =>
    dataOf(client.GET('/api/v1/admin/items', { params: { query: { limit: 50, ...query } } })),
  createItem: (body: Schemas['CreateCatalogItemRequest'], key: string) =>
    dataOf(client.POST('/api/v1/admin/items', { params: keyed(key), body })),
  users: (query: { search?: string; cursor?: string }) =>
    dataOf(client.GET('/api/v1/admin/users', { params: { query: { limit: 30, ...query } } })),
  /** @returns how many comments there were */
  removeCommentsBy: (authorId: string, eventId?: string) =>
    dataOf(client.POST('/api/v1/admin/comments/remove', { body: { authorId, eventId } })).then(
      ({ removed }) => removed,
    ),
  removeComment: (commentId: string) =>
    dataOf(client.DELETE('/api/v1/reviews/comments/{commentId}', path({ commentId }))),
  setUserActive: (id: string, active: boolean) =>
    active
      ? dataOf(client.POST('/api/v1/admin/users/{id}/activate', path({ id })))
      : dataOf(client.POST('/api/v1/admin/users/{id}/deactivate', path({ id }))),
  audit: (query: { actorId?: string; targetId?: string; cursor?: string }) =>
    dataOf(client.GET('/api/v1/admin/audit', { params: { query: { limit: 30, ...query } } })),
};
