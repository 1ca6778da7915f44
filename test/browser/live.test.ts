import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import { freePort, startServerProcess } from '../support/server-process.js';
import type { TestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';
import { bulkUsers, createAdmin, type TestUser } from '../support/users.js';
import { withBuiltShop } from './support/built-shop.js';
import { openShop } from './support/opened-shop.js';
import { heading, isSameDocument, markDocument, register, Visitors } from './support/visitors.js';

/** What an open page learns by itself: stock, words, the time, and that the shop was gone. */
describe('an open page', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let shoppers: TestUser[];

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    shoppers = await bulkUsers(shop, 6);
  });

  const post = async (path: string, user: TestUser | undefined, body?: object) => {
    const answer = await shop.http
      .post(`/api/v1/${path}`)
      .set('authorization', `Bearer ${user?.token}`)
      .send(body);
    expect(answer.ok).toBe(true);
    return answer.body;
  };
  const buy = async (itemId: string, user: TestUser | undefined): Promise<string> =>
    (await post(`purchase/${itemId}`, user)).order.id;
  const barOf = (page: Page) =>
    page
      .getByRole('article', { name: 'Item 1' })
      .locator('[style^="width"]')
      .evaluateAll((parts) => parts.map((part) => Math.round(parseFloat((part as HTMLElement).style.width))));

  /** What is seen; a screen reader is told the same, later. */
  const stock = (page: Page, words: string) =>
    page.getByRole('paragraph').filter({ hasText: new RegExp(`^${words}$`) });

  it('shows what others buy, hold and give back, and that it is sold out', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { stocks: [4] });
    const page = await visitors.arrive();
    await page.goto(`/events/${eventId}`);
    await stock(page, '4 of 4 left').waitFor();
    expect(await barOf(page)).toEqual([100, 0]);
    await markDocument(page);

    const first = await buy(itemId, shoppers[0]);
    await stock(page, '3 of 4 left, 1 held and may return').waitFor();
    expect(await barOf(page)).toEqual([75, 25]);
    await post(`purchase/${first}/confirm`, shoppers[0]);
    await stock(page, '3 of 4 left').waitFor();
    expect(await barOf(page)).toEqual([75, 0]);

    const [second] = await Promise.all([1, 2, 3].map((who) => buy(itemId, shoppers[who])));
    const soldOut = page.getByRole('button', { name: 'Sold out' });
    await soldOut.waitFor();
    expect(await soldOut.isDisabled()).toBe(true);
    await stock(page, '3 held and may return').waitFor();
    expect(await barOf(page)).toEqual([0, 75]);
    await page.getByRole('status').filter({ hasText: 'Everything in this drop is sold out.' }).waitFor();

    await post(`purchase/${second}/cancel`, shoppers[1]);
    await stock(page, '1 of 4 left, 2 held and may return').waitFor();
    await page.getByRole('button', { name: 'Buy', exact: true }).waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  it('tells a holder who loads the page anew that an admin closed the drop', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await register(page, 'Holder', `/events/${eventId}`);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await heading(page, 'It is yours to confirm').waitFor();

    const heard = { welcome: (): void => undefined, me: (): void => undefined };
    const isWelcome = new Promise<void>((resolve) => (heard.welcome = resolve));
    const hearsNotices = new Promise<void>((resolve) => (heard.me = resolve));
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        const { type, channel } = JSON.parse(String(payload)) as { type: string; channel?: string };
        if (type === 'welcome') heard.welcome();
        if (type === 'subscribed' && channel === 'me') heard.me();
      }),
    );
    // The session is known again only when the page has said hello as a guest.
    await page.route('**/api/v1/auth/refresh', async (route) => {
      await isWelcome;
      await route.continue();
    });
    await page.goto(`/events/${eventId}`);
    await page.getByText('You hold 1').waitFor();
    await hearsNotices;
    await markDocument(page);

    await post(`admin/events/${eventId}/close`, await createAdmin(shop));
    await page
      .getByText('Item 1: The shop closed this drop before you confirmed.', { exact: true })
      .waitFor();
    await page.getByText('You hold 1').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Drop ended' }).waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  it('shows what others write', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await page.goto(`/events/${eventId}`);
    await page.getByText('Nobody has said anything yet.').waitFor();
    await markDocument(page);
    const comment = await post(`reviews/events/${eventId}/comments`, shoppers[0], { text: 'Is it heavy?' });
    const discussion = page.getByRole('list', { name: 'Discussion' });
    await discussion.getByText('Is it heavy?').waitFor();
    await post(`reviews/comments/${comment.id}/replies`, shoppers[1], { text: 'Not at all.' });
    await discussion.getByRole('listitem').getByRole('listitem').getByText('Not at all.').waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  it('says that the live connection is lost, and asks every few seconds instead', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { stocks: [4] });
    const page = await visitors.arrive();
    await page.routeWebSocket('**/api/v1/realtime', (socket) => socket.close());
    await page.goto(`/events/${eventId}`);
    await stock(page, '4 of 4 left').waitFor();
    await page.getByRole('status').filter({ hasText: 'Live connection lost' }).waitFor();
    await buy(itemId, shoppers[0]);
    await stock(page, '3 of 4 left').waitFor();
  });

  it('lets a hold run out on the page that shows it', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { reservationTtlSeconds: 5 });
    const page = await visitors.arrive();
    await register(page, 'Slow', `/events/${eventId}`);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.getByText(/^00:0[1-5]$/).waitFor();
    await heading(page, 'The hold ran out').waitFor();
    expect(await page.getByRole('button', { name: /^Confirm/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByText('10 of 10 left').waitFor();
    const { rows } = await shop.database.pool.query('SELECT status FROM orders WHERE event_item_id = $1', [
      itemId,
    ]);
    expect(rows).toEqual([{ status: 'expired' }]);
  });

  it('opens at the true instant, an hour wrong though the clock of its machine is', async () => {
    const { eventId } = await createDrop(shop.database.pool, { status: 'locked', startsIn: 8 });
    const { rows } = await shop.database.pool.query('SELECT starts_at FROM events WHERE id = $1', [eventId]);
    const startsAt = (rows[0].starts_at as Date).getTime();

    const openedAt = await Promise.all(
      [-1, 1].map(async (hours) => {
        const page = await visitors.arrive();
        await page.addInitScript((shift) => {
          const True = Date;
          globalThis.Date = class extends True {
            constructor(...parts: [number]) {
              if (parts.length > 0) super(...parts);
              else super(True.now() + shift);
            }
            static override now() {
              return True.now() + shift;
            }
          } as DateConstructor;
          // Looks at every frame from the first on: not even for a moment may the button be open too early.
          const look = () => {
            if (document.querySelector('[data-testid="buy"]:enabled'))
              (window as { openedAt?: number }).openedAt = performance.timeOrigin + performance.now();
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }, hours * 3_600_000);
        // The event's own answer tells the time, too: a page that has it need not wait for more to be right.
        let letTimePass = (): void => undefined;
        const isRight = new Promise<void>((resolve) => (letTimePass = resolve));
        await page.route('**/api/v1/time', async (route) => {
          await isRight;
          await route.continue();
        });
        await page.goto(`/events/${eventId}`);
        await page.getByRole('timer', { name: 'Opens in 1 minute' }).first().waitFor();
        letTimePass();
        expect(
          await page.evaluate(() => Date.now() - (performance.timeOrigin + performance.now())),
        ).toBeCloseTo(hours * 3_600_000, -3);
        const opened = await page.waitForFunction(() => (window as { openedAt?: number }).openedAt);
        await page.getByRole('button', { name: 'Buy', exact: true }).waitFor();
        return opened.jsonValue();
      }),
    );
    for (const at of openedAt) {
      expect(at as number).toBeGreaterThan(startsAt - 100);
      expect(at as number).toBeLessThan(startsAt + 3_000);
    }
  });

  it('waits for a server that is restarted under it, and catches up', async () => {
    const database = await createTestDatabase();
    const settings = { ...withBuiltShop(), PORT: String(await freePort()) };
    let server = await startServerProcess(database.url, settings);
    const guests = await Visitors.of(server.url);
    try {
      const { eventId, itemId } = await createDrop(database.pool, { stocks: [9] });
      const page = await guests.arrive();
      await register(page, 'Patient', `/events/${eventId}`);
      await stock(page, '9 of 9 left').waitFor();
      await markDocument(page);

      await server.kill();
      const note = page.getByRole('status').filter({ hasText: 'Live connection lost' });
      await note.waitFor();
      await database.pool.query('UPDATE event_items SET stock_remaining = 4 WHERE id = $1', [itemId]);

      server = await startServerProcess(database.url, settings);
      await stock(page, '4 of 9 left').waitFor();
      await note.waitFor({ state: 'detached' });
      // Still logged in, and the purchase goes through.
      await page.getByRole('button', { name: 'Buy', exact: true }).click();
      await heading(page, 'It is yours to confirm').waitFor();
      expect(await isSameDocument(page)).toBe(true);
      await guests.leave();
    } finally {
      await guests.close();
      await server.stop();
      await database.drop();
    }
  });
});
