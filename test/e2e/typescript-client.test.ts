import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from '../../web/src/api/schema.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, TEST_PASSWORD } from '../support/users.js';

/**
 * Goal: the document alone is enough for a client in TypeScript. Method: the client is openapi-fetch with the types
 * that openapi-typescript made of openapi.json, no cast and no type of ours; the compiler checks every request, and
 * the server every answer. openapi-typescript asks for fields that have a default, unless it is told otherwise.
 */
describe('a client that TypeScript generated', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  const clientFor = (token?: string) =>
    createClient<paths>({
      baseUrl: server.url,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
  const once = () => ({ 'Idempotency-Key': randomUUID() });

  it('buys, reviews, discusses and administrates', async () => {
    const nobody = clientFor();
    const { email } = await createAdmin(server);
    const grace = good(await nobody.POST('/api/v1/auth/login', { body: { email, password: TEST_PASSWORD } }));
    const ada = good(
      await nobody.POST('/api/v1/auth/register', {
        params: { header: once() },
        body: { email: `${randomUUID()}@example.org`, password: TEST_PASSWORD, displayName: 'Ada' },
      }),
    );
    const admin = clientFor(grace.accessToken);
    const shopper = clientFor(ada.accessToken);

    // An admin puts two lamps on sale, at once.
    const item = good(
      await admin.POST('/api/v1/admin/items', {
        params: { header: once() },
        body: { name: 'Aurora lamp', description: '', category: 'Home' },
      }),
    );
    const price = { amount: 12_900, currency: 'USD' };
    const drop = good(
      await admin.POST('/api/v1/admin/events', {
        params: { header: once() },
        body: {
          title: 'From TypeScript',
          description: '',
          startsAt: new Date(Date.now() - 60_000).toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
          items: [{ itemId: item.id, price, stock: 2, perUserLimit: 1 }],
        },
      }),
    );

    // A shopper buys one, sends it again, and is told precisely why a second one is refused.
    const listed = good(
      await nobody.GET('/api/v1/events', { params: { query: { status: ['live'], limit: 5 } } }),
    );
    const [offer] = listed.data.flatMap(({ items }) => items);
    if (!offer) throw new Error('Nothing is on sale.');
    const buy = (header: { 'Idempotency-Key': string }) =>
      shopper.POST('/api/v1/purchase/{eventItemId}', {
        params: { path: { eventItemId: offer.id }, header },
        body: { quantity: 1, price: offer.price },
      });
    const key = once();
    const { order } = good(await buy(key));
    expect(good(await buy(key)).order.id).toBe(order.id);
    const { error } = await buy(once());
    expect(error).toMatchObject({ code: 'PURCHASE_LIMIT_REACHED' });
    // The compiler knows which members each code has.
    expect(error && 'perUserLimit' in error && error.perUserLimit).toBe(1);
    const orderPath = { params: { path: { orderId: order.id } } };
    expect(good(await shopper.POST('/api/v1/purchase/{orderId}/confirm', orderPath)).order.status).toBe(
      'confirmed',
    );
    expect(good(await shopper.GET('/api/v1/profile/orders')).data.map(({ id }) => id)).toEqual([order.id]);

    // They review it and talk about it.
    const itemPath = { itemId: item.id };
    good(
      await shopper.POST('/api/v1/reviews/items/{itemId}', {
        params: { path: itemPath, header: once() },
        body: { rating: 5, text: 'Bright.' },
      }),
    );
    expect(
      good(await nobody.GET('/api/v1/reviews/items/{itemId}/summary', { params: { path: itemPath } }))
        .average,
    ).toBe(5);
    const comment = good(
      await shopper.POST('/api/v1/reviews/events/{eventId}/comments', {
        params: { path: { eventId: drop.id }, header: once() },
        body: { text: 'In blue?' },
      }),
    );
    good(
      await admin.POST('/api/v1/reviews/comments/{commentId}/replies', {
        params: { path: { commentId: comment.id }, header: once() },
        body: { text: 'Next week.' },
      }),
    );
    const threads = good(
      await nobody.GET('/api/v1/reviews/events/{eventId}/comments', {
        params: { path: { eventId: drop.id } },
      }),
    );
    expect(threads.data[0]?.replies[0]?.text).toBe('Next week.');

    // The admin looks, closes, and reads what was done.
    const dashboard = good(await admin.GET('/api/v1/admin/events/dashboard'));
    expect(dashboard.data.find(({ id }) => id === drop.id)).toMatchObject({ confirmed: 1, revenue: [price] });
    const path = { params: { path: { id: drop.id } } };
    expect(good(await admin.POST('/api/v1/admin/events/{id}/close', path)).status).toBe('closed');
    expect(good(await admin.GET('/api/v1/admin/audit')).data[0]?.action).toBe('event.force_closed');
    expect((await shopper.GET('/api/v1/admin/audit')).error).toMatchObject({ code: 'FORBIDDEN' });
  });
});

/** @throws if the answer is a refusal */
function good<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}
