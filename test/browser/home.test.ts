import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { heading, type Visitors } from './support/visitors.js';

describe('the home page of a shop with many drops', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    const { pool } = shop.database;
    await createDrop(pool);
    for (let hours = 1; hours <= 61; hours++)
      await createDrop(pool, { status: 'locked', startsIn: hours * 3600, endsIn: (hours + 1) * 3600 });
    for (let hours = 1; hours <= 14; hours++)
      await createDrop(pool, { status: 'closed', startsIn: -(hours + 1) * 3600, endsIn: -hours * 3600 });
  });

  it('shows the one on sale first, however many are to come, and leads on to the others', async () => {
    const page = await visitors.arrive();
    await page.goto('/');
    const dropsIn = (name: string) => page.getByRole('region', { name }).getByRole('heading', { level: 3 });
    await dropsIn('Live now').waitFor();
    expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toBe('Live now');
    await dropsIn('Coming up').nth(11).waitFor();
    expect(await dropsIn('Coming up').count()).toBe(12);

    const more = page.getByRole('region', { name: 'Coming up' }).getByRole('button');
    await more.click();
    await dropsIn('Coming up').nth(23).waitFor();

    // A page that cannot be had leaves what is there, and is asked for again.
    const isClosedMore = /events\?.*status=closed.*cursor=/;
    await page.route(isClosedMore, (route) => route.abort());
    const past = page.getByRole('region', { name: 'Past drops' });
    await past.getByRole('button', { name: 'Show more' }).click();
    await past.getByRole('alert').waitFor();
    expect(await dropsIn('Past drops').count()).toBe(12);
    await page.unroute(isClosedMore);
    await past.getByRole('button', { name: 'Try again' }).click();
    await dropsIn('Past drops').nth(13).waitFor();
  });

  it('shows what is on sale although the others cannot be read', async () => {
    const page = await visitors.arrive();
    await page.route(/events\?.*status=(locked|closed)/, (route) => route.abort());
    await page.goto('/');
    await page.getByRole('region', { name: 'Live now' }).waitFor();
    await page.getByRole('region', { name: 'Coming up' }).getByRole('alert').waitFor();
    await page.unrouteAll();
    await page.getByRole('region', { name: 'Coming up' }).getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('region', { name: 'Coming up' }).getByRole('link').first().waitFor();
  });

  it.each(['', '/admin'])('names a drop that is not there in its tab: %s/events/…', async (base) => {
    const page = await visitors.arriveAs(await createAdmin(shop));
    await page.goto(`${base}/events/01a21395-35c1-7341-b2da-bb04f349388b`);
    await heading(page, 'There is nothing here').waitFor();
    await page.waitForFunction(() => document.title === 'Drop not found · SwiftDrop');
  });
});
