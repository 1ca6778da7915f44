import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import { editDrop } from '../support/edit-drop.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { heading, isSameDocument, markDocument, register, type Visitors } from './support/visitors.js';

/** What happens elsewhere reaches the pages that are open, also those that were away while it happened. */
describe('news that an open page could miss', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  describe('an edit of an announced drop', () => {
    const announce = () =>
      createDrop(shop.database.pool, { status: 'locked', startsIn: 3_600, endsIn: 7_200 });

    it('reaches the page of the drop', async () => {
      const { eventId } = await announce();
      const page = await visitors.arrive();
      await page.goto(`/events/${eventId}`);
      await page.getByText('$129').first().waitFor();
      await markDocument(page);

      await editDrop(shop, await createAdmin(shop), eventId, { title: 'Renamed', priceMinor: 14_900 });
      await heading(page, 'Renamed').waitFor();
      await page.getByText('$149').first().waitFor();
      expect(await page.getByText('$129').count()).toBe(0);
      expect(await isSameDocument(page)).toBe(true);
    });

    it('reaches a page that was offline meanwhile', async () => {
      const { eventId } = await announce();
      const page = await visitors.arrive();
      await page.goto(`/events/${eventId}`);
      await page.getByText('$129').first().waitFor();
      await page.context().setOffline(true);
      await editDrop(shop, await createAdmin(shop), eventId, { title: 'Renamed' });
      await page.context().setOffline(false);
      await heading(page, 'Renamed').waitFor();
    });
  });

  const buy = async (page: Page) => {
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await heading(page, 'It is yours to confirm').waitFor();
  };
  const confirm = async (page: Page) => {
    await page.getByRole('button', { name: /^Confirm for/ }).click();
    await heading(page, 'Confirmed').waitFor();
  };

  it('does not say that a hold ran out that was confirmed on another device meanwhile', async () => {
    const { itemId } = await createDrop(shop.database.pool);
    const shopper = await registerUser(shop);
    const post = (path: string) =>
      shop.http.post(`/api/v1/purchase/${path}`).set('authorization', `Bearer ${shopper.token}`);
    const { body } = await post(itemId).expect(201);
    const page = await visitors.arriveAs(shopper);
    await shop.database.pool.query(
      `UPDATE orders SET reserved_until = now() + interval '15 seconds' WHERE id = $1`,
      [body.order.id],
    );
    await page.goto('/orders');
    const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Item 1' });
    await row.getByText('Held for you').waitFor();
    await page.context().setOffline(true);
    await post(`${body.order.id}/confirm`).expect(200);

    await row.getByText('Checking with the shop').waitFor();
    expect(await row.getByText('Hold ran out').count()).toBe(0);
    await page.context().setOffline(false);
    await row.getByText('Confirmed', { exact: true }).waitFor();
  });

  it('knows in each tab what was bought in another one', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    const other = await page.context().newPage();
    await other.goto(`/events/${eventId}`);
    const own = other.getByRole('list', { name: 'Yours' });
    await other.getByRole('button', { name: 'Buy', exact: true }).waitFor();

    await buy(page);
    await own.getByText('You hold 1').waitFor();
    await other.getByRole('button', { name: 'You have your 1' }).waitFor();
    await confirm(page);
    await own.getByText('You have bought 1').waitFor();
  });

  it('counts an order that stands, however many ended after it', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { stocks: [200] });
    const page = await visitors.arrive();
    const { email } = await register(page, 'Ada', `/events/${eventId}`);
    await buy(page);
    await shop.database.pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until, created_at, released_at, release_reason)
       SELECT uuidv7(), u.id, $1, 1, 12900, 'USD', 'cancelled', now(), now(), now(), 'shopper'
       FROM users u, generate_series(1, 120) WHERE u.email = $2`,
      [itemId, email],
    );
    await page.goto(`/events/${eventId}`);
    await page.getByText('You hold 1').waitFor();
    await page.getByRole('button', { name: 'You have your 1' }).waitFor();
  });
});
