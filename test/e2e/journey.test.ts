import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';
import { until } from '../support/wait.js';

/** The whole way over HTTP, as a stranger goes it who knows the documentation and nothing else. */
describe('a stranger buys something', () => {
  let server: TestApp;
  let token: string | undefined;

  const api = async (method: 'get' | 'post' | 'put', path: string, status: number, body?: object) => {
    const request = server.http[method](`/api/v1${path}`);
    if (token) void request.set('Authorization', `Bearer ${token}`);
    const response = await request.send(body);
    expect([path, response.status, response.body.code]).toEqual([path, status, undefined]);
    return response.body;
  };

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  it('in a drop that an admin scheduled and that opens on time', async () => {
    // The stranger registers, leaves, and logs in again.
    const email = `stranger-${randomUUID()}@example.org`;
    const password = 'a pass phrase of mine';
    token = (await api('post', '/auth/register', 201, { email, password, displayName: 'Stranger' }))
      .accessToken;
    const left = await server.http.post('/api/v1/auth/logout').set('Authorization', `Bearer ${token}`);
    expect(left.status).toBe(204);
    token = undefined;
    token = (await api('post', '/auth/login', 200, { email, password })).accessToken;
    const strangersToken = token;

    // Meanwhile an admin puts two items on sale, from in a second and a half.
    token = (await createAdmin(server)).token;
    const lamp = await api('post', '/admin/items', 201, { name: 'Aurora lamp', category: 'Home' });
    const kettle = await api('post', '/admin/items', 201, { name: 'Kettle', category: 'Kitchen' });
    const price = { amount: 4_900, currency: 'EUR' };
    const startsAt = Date.now() + 1_500;
    const drop = await api('post', '/admin/events', 201, {
      title: 'Northern lights',
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + 3_600_000).toISOString(),
      items: [
        { itemId: lamp.id, price, stock: 3, perUserLimit: 2 },
        { itemId: kettle.id, price, stock: 1 },
      ],
    });
    token = strangersToken;

    // What is on? Nothing yet: the door is locked until its time, by the server's clock.
    const [listed] = (await api('get', '/events', 200)).data;
    expect(listed).toMatchObject({ id: drop.id, status: 'locked' });
    const [lampOffer] = listed.items;
    const buy = () =>
      server.http
        .post(`/api/v1/purchase/${lampOffer.id}`)
        .set('Authorization', `Bearer ${token}`)
        .send({ quantity: 2 });
    const early = await buy();
    expect([early.status, early.body.code]).toEqual([409, 'EVENT_NOT_LIVE']);

    // Knocking until it opens: the first yes comes within a moment of the start, and never before it.
    let bought = await buy();
    await until(async () => {
      if (bought.status !== 201) bought = await buy();
      return bought.status === 201;
    }, 10_000);
    const { order } = bought.body;
    expect(Date.parse(order.createdAt)).toBeGreaterThanOrEqual(startsAt);
    expect(Date.parse(order.createdAt)).toBeLessThan(startsAt + 2_000);
    expect(order).toMatchObject({
      eventId: drop.id,
      eventItemId: lampOffer.id,
      itemName: 'Aurora lamp',
      quantity: 2,
      unitPrice: price,
      total: { amount: 9_800, currency: 'EUR' },
      status: 'reserved',
    });

    // Confirmed, it stands in the history and is gone from the shelf.
    const confirmed = await api('post', `/purchase/${order.id}/confirm`, 200);
    expect(confirmed.order).toMatchObject({ id: order.id, status: 'confirmed' });
    expect((await api('get', '/profile/orders', 200)).data).toEqual([
      { ...confirmed.order, eventTitle: 'Northern lights' },
    ]);
    const detail = await api('get', `/events/${drop.id}`, 200);
    expect(detail).toMatchObject({ status: 'live', items: [{ stockRemaining: 1 }, { stockRemaining: 1 }] });

    // A buyer of the lamp may review it, and only what was bought.
    await api('post', `/reviews/items/${lamp.id}`, 201, { rating: 5, text: 'Bright.' });
    expect(await api('get', `/reviews/items/${lamp.id}/summary`, 200)).toMatchObject({
      average: 5,
      count: 1,
    });
    const refused = await server.http
      .post(`/api/v1/reviews/items/${kettle.id}`)
      .set('Authorization', `Bearer ${token}`)
      .send({ rating: 5 });
    expect([refused.status, refused.body.code]).toEqual([403, 'NOT_A_VERIFIED_BUYER']);

    // And talks about it with others.
    const thread = await api('post', `/reviews/events/${drop.id}/comments`, 201, { text: 'Got two!' });
    await api('post', `/reviews/comments/${thread.id}/replies`, 201, { text: 'They arrived.' });
    const { data: threads } = await api('get', `/reviews/events/${drop.id}/comments`, 200);
    expect(threads).toMatchObject([
      { text: 'Got two!', author: { displayName: 'Stranger' }, replies: [{ text: 'They arrived.' }] },
    ]);

    // The admin sees the money.
    token = (await createAdmin(server)).token;
    expect((await api('get', '/admin/events/dashboard', 200)).data).toMatchObject([
      { id: drop.id, confirmed: 2, reserved: 0, revenue: [{ amount: 9_800, currency: 'EUR' }] },
    ]);
  });
});
