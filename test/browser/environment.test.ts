import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { bare, livingIn, speaking, whoseStorage, type Oddity } from './support/odd-browsers.js';
import { openShop } from './support/opened-shop.js';
import { accountButton, heading, logIn, type Visitors } from './support/visitors.js';

/**
 * Goal: whatever a browser hands to the page, the shop stands. Method: every page is opened in browsers that are
 * odd in one way each; each page has to show its heading and all that it asks for, and nothing may break unseen
 * (`Visitors` fails a test for an error that nobody caught).
 */
describe('in an odd browser', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let shopper: TestUser;
  let admin: TestUser;
  let eventId: string;
  let itemId: string;
  let paths: Record<'visitor' | 'shopper' | 'admin', string[]>;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    [shopper, admin] = await Promise.all([registerUser(shop), createAdmin(shop)]);
    const { pool } = shop.database;
    ({ eventId, itemId } = await createDrop(pool, { stocks: [9], perUserLimit: 9 }));
    const locked = await createDrop(pool, { status: 'locked', startsIn: 3600, endsIn: 7200 });
    const answer = await shop.http
      .post(`/api/v1/purchase/${itemId}`)
      .set('Authorization', `Bearer ${shopper.token}`)
      .send({ quantity: 1 })
      .expect(201);
    paths = {
      visitor: ['/', `/events/${eventId}`, '/login', '/register', '/nothing'],
      shopper: [
        `/events/${eventId}`,
        `/events/${eventId}/confirm/${answer.body.order.id}`,
        '/orders',
        '/profile',
      ],
      admin: [
        '/admin',
        '/admin/events/new',
        `/admin/events/${locked.eventId}`,
        `/admin/events/${eventId}`,
        '/admin/items',
        '/admin/users',
        '/admin/audit',
      ],
    };
  });

  /** The page shows its heading and everything that it asked for, and tells of nothing that broke. */
  async function isWhole(page: Page): Promise<void> {
    await page.locator('main h1').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [role="status"][aria-label="Loading"]'));
    await page.getByText('This did not load').first().waitFor({ state: 'detached' });
    expect(await page.getByText('Something in this page did not work').count()).toBe(0);
  }

  async function visitAll(oddity: Oddity, options: { timezoneId?: string } = {}): Promise<void> {
    const people = {
      visitor: await visitors.arrive(options),
      shopper: await visitors.arriveAs(shopper, options),
      admin: await visitors.arriveAs(admin, options),
    };
    for (const [who, page] of Object.entries(people)) {
      await oddity(page);
      for (const path of paths[who as keyof typeof people]) {
        await page.goto(path);
        await isWhole(page);
        if (who !== 'visitor') await accountButton(page).waitFor();
      }
    }
  }

  it.each([
    ['en-US@posix', speaking('en-US@posix'), {}],
    ['no language at all', speaking(''), {}],
    ['zh-Hant-TW, on the Chatham Islands', speaking('en', 'zh-Hant-TW'), { timezoneId: 'Pacific/Chatham' }],
    ['ar, in Kathmandu', speaking('ar'), { timezoneId: 'Asia/Kathmandu' }],
    ['a zone that it does not know', livingIn('Etc/Unknown'), {}],
  ])('every page opens with %s', (_, oddity, options) => visitAll(oddity, options), 180_000);

  it(
    'every page opens with what is missing on plain http and in older browsers',
    () => visitAll(bare),
    180_000,
  );

  it.each(['throws', 'is null', 'is full'] as const)(
    'every page opens where storage %s; one buys, and is still oneself after a reload',
    async (fault) => {
      await visitAll(whoseStorage(fault));
      const page = await visitors.arrive();
      await whoseStorage(fault)(page);
      await page.goto(`/login?return=/events/${eventId}`);
      await logIn(page, shopper);
      await page.getByTestId('buy').click();
      await heading(page, 'It is yours to confirm').waitFor();
      await page.reload();
      await heading(page, 'It is yours to confirm').waitFor();
      await accountButton(page).waitFor();
    },
    180_000,
  );

  it('every page is whole in the end where every first answer is lost', async () => {
    const losing: Oddity = async (page) => {
      const lost = new Set<string>();
      await page.route('**/api/v1/**', (route) => {
        const request = `${route.request().method()} ${route.request().url()}`;
        if (lost.has(request)) return route.continue();
        lost.add(request);
        return route.abort();
      });
      // Whoever is offered to try again does.
      await page.addInitScript(() => {
        setInterval(() => {
          for (const button of document.querySelectorAll('button'))
            if (button.textContent?.trim() === 'Try again') button.click();
        }, 200);
      });
    };
    await visitAll(losing);
  }, 180_000);

  it('every page is whole, and one is still oneself, when the line is back', async () => {
    const page = await visitors.arriveAs(admin);
    for (const path of [...paths.admin, '/orders', '/profile', '/']) {
      await page.goto(path);
      await isWhole(page);
      await page.context().setOffline(true);
      await page.evaluate(() => dispatchEvent(new Event('focus')));
      await page.context().setOffline(false);
      await isWhole(page);
      await accountButton(page).waitFor();
    }
  }, 180_000);
});
