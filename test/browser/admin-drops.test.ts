import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { createDrop, createShoppers } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { accountButton, heading, isSameDocument, markDocument, type Visitors } from './support/visitors.js';

describe('an admin’s drops', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let admin: TestUser;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    admin = await createAdmin(shop);
  });

  const save = (page: Page) => page.getByRole('button', { name: 'Save changes' }).click();

  it('tells of a change by somebody else, keeps what was typed, and loads the other’s when asked', async () => {
    const { eventId } = await createDrop(shop.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const [first, second] = [await visitors.arriveAs(admin), await visitors.arriveAs(admin)];
    for (const page of [first, second]) {
      await page.goto(`/admin/events/${eventId}`);
      await heading(page, 'Drop').waitFor();
    }
    await second.getByLabel('Title').fill('Theirs');
    await save(second);
    await heading(second, 'Theirs').waitFor();

    await first.getByLabel('Title').fill('Mine');
    await save(first);
    const note = first.getByRole('alert').filter({ hasText: 'Somebody else changed this drop' });
    await note.waitFor();
    expect(await first.getByLabel('Title').inputValue()).toBe('Mine');
    await note.getByRole('button', { name: 'Load again' }).click();
    await heading(first, 'Theirs').waitFor();

    await first.getByLabel('Title').fill('Mine after all');
    await save(first);
    await heading(first, 'Mine after all').waitFor();
  });

  it('shows faults at their fields and puts the focus on the first', async () => {
    const { eventId } = await createDrop(shop.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const page = await visitors.arriveAs(admin);
    await page.goto(`/admin/events/${eventId}`);
    await page.getByLabel('Price').fill('12.345');
    await page.getByLabel('Stock').fill('0');
    await save(page);
    const price = page.getByLabel('Price');
    await page.getByText('A price such as 12.50.').waitFor();
    expect(await price.getAttribute('aria-invalid')).toBe('true');
    expect(await price.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
  });

  it('are not lost by leaving the form unasked, be it for a page, the account’s end or the tab’s', async () => {
    const page = await visitors.arriveAs(admin);
    await page.goto('/admin/events/new');
    await page.getByLabel('Title').fill('Half a thought');
    const question = page.getByRole('dialog');
    await page.getByRole('link', { name: 'Catalogue' }).click();
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await question.waitFor({ state: 'detached' });
    await accountButton(page).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Title').inputValue()).toBe('Half a thought');
    await accountButton(page).waitFor();

    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    // Everywhere else a dialogue is a fault.
    expect(visitors.faults.splice(0)).toEqual([expect.stringContaining('dialogue')]);
    await page.getByRole('link', { name: 'Catalogue' }).click();
    await question.getByRole('button', { name: 'Leave', exact: true }).click();
    await heading(page, 'Catalogue').waitFor();
  });

  const post = (path: string, user: TestUser) =>
    shop.http.post(`/api/v1/${path}`).set('Authorization', `Bearer ${user.token}`);
  const reserve = async (itemId: string, user: TestUser): Promise<string> =>
    (await post(`purchase/${itemId}`, user).expect(201)).body.order.id;

  it('are followed live: stock as it sells, then the figures, then the end', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, {
      stocks: [5],
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const page = await visitors.arriveAs(admin);
    await page.goto(`/admin/events/${eventId}`);
    await heading(page, 'Drop').waitFor();
    await markDocument(page);
    await page.getByRole('button', { name: 'Open now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Open now' }).click();
    await page.getByText('No orders yet.').waitFor();
    await page.getByText(/^Live. Updated \d+:\d\d:\d\d/).waitFor();

    const [first, second] = [await registerUser(shop), await registerUser(shop)];
    await post(`purchase/${await reserve(itemId, first)}/confirm`, first).expect(200);
    await reserve(itemId, second);
    await page.getByText('3 of 5 left, 1 held and may return').waitFor();
    await page.getByText('Until now; the drop is open.').waitFor();
    await page.getByText('Still held').waitFor();

    await post(`admin/events/${eventId}/close`, admin).expect(200);
    await page.getByText('Ended', { exact: true }).waitFor();
    await page.getByText('Released by closing').waitFor();
    await page.getByText('Closed by Grace').waitFor();
    expect(await page.getByText('Until now; the drop is open.').count()).toBe(0);
    expect(await isSameDocument(page)).toBe(true);
  });

  it('are asked about every few seconds while the live connection is lost, which the page says', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { stocks: [5] });
    const page = await visitors.arriveAs(admin);
    await page.routeWebSocket('**/api/v1/realtime', (socket) => socket.close());
    await page.goto(`/admin/events/${eventId}`);
    await page.getByText(/^Not live: asked every few seconds. Updated \d+:\d\d:\d\d/).waitFor();
    await reserve(itemId, await registerUser(shop));
    await page.getByText('4 of 5 left').waitFor();
    await page.getByText('Still held').waitFor();
  });

  it('can be managed with a thumb: places to go are 44 px high, and the list is as wide as the form', async () => {
    const { eventId } = await createDrop(shop.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const page = await visitors.arriveAs(admin, { viewport: { width: 390, height: 844 }, hasTouch: true });
    const box = async (found: Locator) =>
      (await found.boundingBox()) ?? { x: NaN, y: NaN, width: NaN, height: NaN };
    await page.goto(`/admin/events/${eventId}`);
    await heading(page, 'Drop').waitFor();
    const [look, act] = [
      await box(page.getByRole('link', { name: 'View in the shop' })),
      await box(page.getByRole('button', { name: 'Open now' })),
    ];
    expect(act.y).toBe(look.y);
    for (const tab of await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').all())
      expect((await box(tab)).height).toBeGreaterThanOrEqual(44);
    const field = page.getByLabel('Item from the catalogue');
    const price = page.getByLabel('Price');
    const limit = page.getByLabel('Per person');
    await field.click();
    const list = await box(page.getByRole('listbox'));
    expect(list.width).toBe((await box(limit)).x + (await box(limit)).width - (await box(price)).x);
    await page.keyboard.press('Escape');

    await accountButton(page).click();
    const rows = page.getByRole('menuitem');
    await rows.first().waitFor();
    for (const row of await rows.all()) expect((await box(row)).height).toBeGreaterThanOrEqual(44);
  });

  it('replays what happened and saves the orders as a file', async () => {
    const { pool } = shop.database;
    const drop = await createDrop(pool, { stocks: [2], startsIn: -600, endsIn: -1, status: 'closed' });
    const shoppers = await createShoppers(pool, 2);
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until,
         created_at, confirmed_at)
       SELECT uuidv7(), shopper, $2, 1, 12900, 'USD', 'confirmed', starts_at, starts_at + interval '90 seconds',
         starts_at + interval '100 seconds'
       FROM events, unnest($1::uuid[]) AS shopper WHERE events.id = $3`,
      [shoppers, drop.itemId, drop.eventId],
    );
    const page = await visitors.arriveAs(admin);
    await page.goto(`/admin/events/${drop.eventId}`);
    await page.getByText('1:30', { exact: true }).first().waitFor();
    await page.getByRole('img', { name: 'Chart of 2 reservations' }).waitFor();
    await page.getByRole('button', { name: 'First minute' }).click();
    await page.getByRole('img', { name: 'Chart of 0 reservations' }).waitFor();

    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('As a table').click();
    const table = page.getByRole('table').locator('..');
    expect(await table.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^orders-.*\.csv$/);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('confirmed,Item 1,1,129.00,129.00,USD');
  });
});
