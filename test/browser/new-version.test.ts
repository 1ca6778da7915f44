import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { registerUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { heading, type Visitors } from './support/visitors.js';

const CONFIRM_CODE = /\/assets\/ConfirmPage-[^/]+\.js$/;

/** Whole loads of pages, by path. */
function loadsOf(page: Page): string[] {
  const loads: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads.push(new URL(request.url()).pathname);
  });
  return loads;
}

describe('after a deploy, a page that is still open', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  it('loads the next page whole, whose code of the old version is gone', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arriveAs(await registerUser(shop));
    const loads = loadsOf(page);
    await page.route(CONFIRM_CODE, (route) =>
      loads.some((path) => path.includes('/confirm/')) ? route.continue() : route.fulfill({ status: 404 }),
    );
    await page.goto(`/events/${eventId}`);
    await page.getByTestId('buy').click();
    await heading(page, 'It is yours to confirm').waitFor();
    expect(loads.filter((path) => path.includes('/confirm/'))).toHaveLength(1);
  });

  it('says that it cannot, instead of loading again and again', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arriveAs(await registerUser(shop));
    const loads = loadsOf(page);
    await page.route(CONFIRM_CODE, (route) => route.fulfill({ status: 404 }));
    await page.goto(`/events/${eventId}`);
    await page.getByTestId('buy').click();
    await page.getByText('SwiftDrop did not start.').waitFor();
    expect(loads.filter((path) => path.includes('/confirm/'))).toHaveLength(1);
    // It stands in the console, too.
    expect(visitors.faults.splice(0)).not.toEqual([]);
  });

  it('has the code of the confirm page before it is needed', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arriveAs(await registerUser(shop));
    const fetched = page.waitForResponse(CONFIRM_CODE);
    await page.goto(`/events/${eventId}`);
    expect((await fetched).ok()).toBe(true);
  });
});
