import { ChannelHub } from '../../src/realtime/channel-hub.js';
import { EventFeed } from '../../src/realtime/event-feed.js';
import { Database } from '../../src/platform/database/index.js';
import { DatabaseSignals } from '../../src/platform/signals/index.js';
import { EventsService } from '../../src/events/index.js';
import { createDrop } from '../support/drops.js';
import { RealtimeClient, type RealtimeMessage } from '../support/realtime-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { editDrop } from '../support/edit-drop.js';
import { bulkUsers, createAdmin, registerUser } from '../support/users.js';
import { eventually } from '../support/wait.js';

interface Stock {
  status: string;
  items: { id: string; stockRemaining: number; held: number }[];
  viewers: number;
}

/** Two instances on one database: what one sells, the other's listeners see. */
describe('realtime', () => {
  let here: TestApp;
  let there: TestApp;
  const clients: RealtimeClient[] = [];

  const connect = async (server: TestApp): Promise<RealtimeClient> => {
    const client = await RealtimeClient.connect(server.url);
    clients.push(client);
    return client;
  };
  const stockIn = (message: RealtimeMessage) => (message.data ?? message.snapshot) as Stock;
  const buy = (server: TestApp, itemId: string, token: string) =>
    server.http.post(`/api/v1/purchase/${itemId}`).set('authorization', `Bearer ${token}`);

  beforeAll(async () => {
    here = await startTestApp();
    there = await startTestApp({}, here.database);
  });
  afterEach(() => {
    const ended = clients.splice(0);
    for (const client of ended) client.close();
    // Whatever the tests make the server say, it says by the contract.
    expect(ended.flatMap(({ breaches }) => breaches)).toEqual([]);
  });
  afterAll(async () => {
    await there.close();
    await here.close();
  });

  it('shows stock, holds and sold out on an instance that did not sell', async () => {
    const { eventId, itemId } = await createDrop(here.database.pool, { stocks: [1] });
    const watcher = await connect(there);
    const { snapshot } = await watcher.subscribe(`event:${eventId}`);
    expect(snapshot).toMatchObject({ status: 'live', items: [{ id: itemId, stockRemaining: 1, held: 0 }] });

    const shopper = await registerUser(here);
    const { body } = await buy(here, itemId, shopper.token).expect(201);
    const message = await watcher.next(
      (m) => m.type === 'message' && stockIn(m).items[0]?.stockRemaining === 0,
    );
    expect(stockIn(message).status).toBe('sold_out');
    await watcher.next((m) => m.type === 'message' && stockIn(m).items[0]?.held === 1);

    // The hold is given back: the other instance hears of that, too.
    await here.http
      .post(`/api/v1/purchase/${body.order.id}/cancel`)
      .set('authorization', `Bearer ${shopper.token}`)
      .expect(200);
    const back = await watcher.next(
      (m) =>
        m.type === 'message' && stockIn(m).items[0]?.stockRemaining === 1 && stockIn(m).items[0]?.held === 0,
    );
    expect(stockIn(back).status).toBe('live');
  });

  it('publishes at most ten times a second, however fast it sells', async () => {
    const { eventId, itemId } = await createDrop(here.database.pool, { stocks: [300] });
    const watcher = await connect(here);
    await watcher.subscribe(`event:${eventId}`);
    const shoppers = await bulkUsers(here, 200);
    const startedAt = performance.now();
    for (let start = 0; start < shoppers.length; start += 10)
      await Promise.all(
        shoppers.slice(start, start + 10).map(({ token }) => buy(here, itemId, token).expect(201)),
      );
    await watcher.next((m) => m.type === 'message' && stockIn(m).items[0]?.stockRemaining === 100);
    const seconds = (performance.now() - startedAt) / 1000;
    const updates = watcher.messages.filter(({ type }) => type === 'message').length;
    // One at once, one per tenth of a second, one at the end, and one for each look at the holds.
    expect(updates).toBeLessThanOrEqual(Math.ceil(seconds * 10) + Math.ceil(seconds) + 3);
    expect(updates).toBeGreaterThan(0);
  });

  it('counts viewers over all instances', async () => {
    const { eventId } = await createDrop(here.database.pool);
    const first = await connect(here);
    await first.subscribe(`event:${eventId}`);
    const second = await connect(there);
    await second.subscribe(`event:${eventId}`);
    await first.next((m) => m.type === 'message' && stockIn(m).viewers === 2);
    second.close();
    await first.next((m) => m.type === 'message' && stockIn(m).viewers === 1);
  });

  it('tells of a drop that an admin opens on another instance', async () => {
    const { eventId } = await createDrop(here.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const watcher = await connect(there);
    await watcher.subscribe(`event:${eventId}`);
    const admin = await createAdmin(here);
    await here.app
      .get(Database)
      .transaction((transaction) => here.app.get(EventsService).forceOpen(transaction, eventId, admin.id));
    await watcher.next((m) => m.type === 'message' && stockIn(m).status === 'live');
  });

  it('tells when an admin closed a drop, which is not when it was to end', async () => {
    const { eventId } = await createDrop(here.database.pool);
    const watcher = await connect(there);
    const { snapshot } = await watcher.subscribe(`event:${eventId}`);
    expect(snapshot).toMatchObject({ status: 'live', closedAt: null });
    const admin = await createAdmin(here);
    const { body } = await here.http
      .post(`/api/v1/admin/events/${eventId}/close`)
      .set('authorization', `Bearer ${admin.token}`);
    const { data } = await watcher.next((m) => m.type === 'message' && stockIn(m).status === 'closed');
    expect(data).toMatchObject({ closedAt: body.closedAt });
    expect(Date.parse(body.closedAt)).toBeLessThan(Date.parse(body.endsAt));
  });

  it('tells with a new version that an announced drop was edited', async () => {
    const { eventId } = await createDrop(here.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const watcher = await connect(there);
    const { snapshot } = await watcher.subscribe(`event:${eventId}`);
    const admin = await createAdmin(here);
    const answer = await editDrop(here, admin, eventId, { title: 'Renamed' });
    const { version } = snapshot as { version: number };
    expect(answer.version).toBe(version + 1);
    await watcher.next(
      (m) => m.type === 'message' && (m.data as { version?: number }).version === version + 1,
    );
  });

  it('tells a user of their own orders only', async () => {
    const { itemId } = await createDrop(here.database.pool, { stocks: [5] });
    const shopper = await registerUser(here);
    const other = await registerUser(here);
    const { body } = await buy(here, itemId, shopper.token).expect(201);

    const own = await connect(there);
    const { snapshot } = await own.subscribe('me', shopper.token);
    expect(snapshot).toMatchObject({ reservations: [{ id: body.order.id, status: 'reserved' }] });
    const foreign = await connect(there);
    await foreign.subscribe('me', other.token);

    await here.http
      .post(`/api/v1/purchase/${body.order.id}/confirm`)
      .set('authorization', `Bearer ${shopper.token}`)
      .expect(200);
    const notice = await own.next(({ type }) => type === 'message');
    expect(notice).toMatchObject({
      data: { kind: 'order_changed', order: { id: body.order.id, status: 'confirmed' } },
    });
    expect(foreign.messages.filter(({ type }) => type === 'message')).toEqual([]);
  });

  it('tells a user that a reservation has expired', async () => {
    const { itemId } = await createDrop(here.database.pool, { stocks: [5] });
    const shopper = await registerUser(here);
    const { body } = await buy(here, itemId, shopper.token).expect(201);
    const own = await connect(here);
    await own.subscribe('me', shopper.token);
    await here.database.pool.query('UPDATE orders SET reserved_until = now() WHERE id = $1', [body.order.id]);
    const notice = await own.next(({ type }) => type === 'message');
    expect(notice).toMatchObject({ data: { kind: 'reservation_expired', order: { id: body.order.id } } });
  });

  it('warns before a reservation ends', async () => {
    const { itemId } = await createDrop(here.database.pool, { stocks: [5], reservationTtlSeconds: 30 });
    const shopper = await registerUser(here);
    await buy(here, itemId, shopper.token).expect(201);
    const own = await connect(here);
    await own.subscribe('me', shopper.token);
    const notice = await own.next(({ type }) => type === 'message', 8_000);
    expect(notice).toMatchObject({ channel: 'me', data: { kind: 'reservation_expiring' } });
  });

  it('tells on an instance that did not take it that somebody said something', async () => {
    const { eventId } = await createDrop(here.database.pool);
    const watcher = await connect(there);
    await watcher.subscribe(`event:${eventId}`);
    const shopper = await registerUser(here);
    await here.http
      .post(`/api/v1/reviews/events/${eventId}/comments`)
      .set('authorization', `Bearer ${shopper.token}`)
      .send({ text: 'Is it heavy?' })
      .expect(201);
    await watcher.next(({ data }) => (data as { kind?: string } | undefined)?.kind === 'discussion_changed');
  });

  it('keeps private channels private, and ends them with the session', async () => {
    const anonymous = await connect(here);
    anonymous.say({ type: 'hello' });
    anonymous.say({ type: 'subscribe', channel: 'me' });
    expect(await anonymous.next(({ type }) => type === 'error')).toMatchObject({ code: 'UNAUTHENTICATED' });

    const shopper = await registerUser(here);
    const customer = await connect(here);
    customer.say({ type: 'hello', token: shopper.token });
    customer.say({ type: 'subscribe', channel: 'dashboard' });
    expect(await customer.next(({ type }) => type === 'error')).toMatchObject({ code: 'FORBIDDEN' });

    const ended = await connect(there);
    await ended.subscribe('me', shopper.token);
    await here.http.post('/api/v1/auth/logout').set('authorization', `Bearer ${shopper.token}`).expect(204);
    expect(await ended.next(({ type }) => type === 'error')).toMatchObject({ code: 'SESSION_ENDED' });
  });

  it('shows the dashboard to an admin', async () => {
    const { eventId, itemId } = await createDrop(here.database.pool, { stocks: [5] });
    const shopper = await registerUser(here);
    const admin = await createAdmin(here);
    const client = await connect(here);
    await client.subscribe('dashboard', admin.token);
    await buy(here, itemId, shopper.token).expect(201);
    await client.next(
      (m) =>
        m.type === 'message' &&
        (m.data as { events: { eventId: string; reserved: number }[] }).events.some(
          (event) => event.eventId === eventId && event.reserved === 1,
        ),
    );
  });

  it('takes an id in capitals for the same', async () => {
    const { eventId, itemId } = await createDrop(here.database.pool, { stocks: [5] });
    const watcher = await connect(here);
    await watcher.subscribe(`event:${eventId.toUpperCase()}`);
    await buy(here, itemId, (await registerUser(here)).token).expect(201);
    await watcher.next(
      (m) => m.channel === `event:${eventId}` && stockIn(m).items[0]?.stockRemaining === 4 && 'data' in m,
    );
  });

  it('makes no noise of what a client was never in', async () => {
    const signals: string[] = [];
    const stop = there.app.get(DatabaseSignals).on('viewers_changed', (payload) => signals.push(payload));
    const client = await connect(here);
    client.say({ type: 'hello' });
    client.say({ type: 'unsubscribe', channel: 'me' });
    const nowhere = '019a0000-0000-7000-8000-000000000000';
    client.say({ type: 'unsubscribe', channel: `event:${nowhere}` });
    client.say({ type: 'subscribe', channel: `event:${nowhere}` });
    await client.next(({ code }) => code === 'EVENT_NOT_FOUND');
    expect(client.messages.filter(({ code }) => code === 'INTERNAL_ERROR')).toEqual([]);
    // A viewer whom the other instance does hear of comes after.
    const { eventId } = await createDrop(here.database.pool);
    await client.subscribe(`event:${eventId}`);
    await eventually(() => expect(signals.join()).toContain(eventId));
    expect(signals.join()).not.toContain(nowhere);
    stop();
  });

  it('refuses what is not a message, and closes on a flood', async () => {
    const client = await connect(here);
    client.say({ type: 'subscribe', channel: 'dashboard' });
    expect(await client.next(({ type }) => type === 'error')).toMatchObject({ code: 'HELLO_REQUIRED' });
    client.socket.send('no json');
    await client.next(({ code }) => code === 'UNKNOWN_MESSAGE');
    client.say({ type: 'hello' });
    client.say({ type: 'subscribe', channel: 'event:019a0000-0000-7000-8000-000000000000' });
    await client.next(({ code }) => code === 'EVENT_NOT_FOUND');
    for (let i = 0; i < 200; i++) client.say({ type: 'ping' });
    expect(await client.closed()).toBe(1008);
    expect((await here.http.get('/health/live')).status).toBe(200);
  });

  it('drops a listener that does not read, and keeps the one beside it', async () => {
    const { eventId } = await createDrop(here.database.pool);
    const channel = `event:${eventId}`;
    const [deaf, keen] = [await connect(here), await connect(here)];
    await deaf.subscribe(channel);
    await keen.subscribe(channel);
    deaf.socket.pause();
    const hub = here.app.get(ChannelHub);
    const state = await here.app.get(EventFeed).snapshot(eventId);
    const items = Array.from({ length: 800 }, () => ({ id: eventId, stockRemaining: 1, held: 0 }));
    // The kernel's buffers of both ends take some megabytes before anything waits in the server.
    for (let sent = 0; sent < 1_000 && hub.listenerCount(channel) > 1; sent++) {
      await hub.publish(channel, { kind: 'event_changed', ...state, items, viewers: sent });
      await keen.next((m) => m.type === 'message' && stockIn(m).viewers === sent);
      keen.messages.length = 0;
    }
    expect(hub.listenerCount(channel)).toBe(1);
    deaf.socket.resume();
    expect(await deaf.closed()).toBe(1006);
  });

  it('closes on a message that is too large', async () => {
    const client = await connect(here);
    client.socket.send('x'.repeat(10_000));
    expect(await client.closed()).toBe(1009);
  });
});
