import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { registerUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import type { Visitors } from './support/visitors.js';

/**
 * Goal: nothing that a finger aims at moves while a page loads. Method: the browser's own layout-shift
 * entries, summed; a negative control pushes a page down and must be seen.
 */
describe('while a page loads', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let paths: string[];

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    const { pool } = shop.database;
    const live = await createDrop(pool, { stocks: [5, 5] });
    const locked = await createDrop(pool, { status: 'locked', startsIn: 3600, endsIn: 7200 });
    await pool.query('UPDATE events SET description = $1', [
      'A story that is long enough to be cut. '.repeat(40),
    ]);
    paths = ['/', `/events/${live.eventId}`, `/events/${locked.eventId}`, '/orders', '/profile', '/login'];
  });

  const watch = (page: Page) =>
    page.addInitScript(`
      window.moved = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput)
            window.moved.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120))]);
      }).observe({ type: 'layout-shift', buffered: true });
    `);

  async function movedOn(page: Page): Promise<{ sum: number; what: string }> {
    await page.waitForFunction(
      () => document.querySelector('h1') !== null && document.querySelector('[aria-busy="true"]') === null,
    );
    // Two frames later the browser has reported what the last change moved.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    const moved = (await page.evaluate('window.moved')) as [number, ...string[]][];
    return { sum: moved.reduce((sum, [value]) => sum + value, 0), what: JSON.stringify(moved) };
  }

  it.each([
    ['a phone', { width: 390, height: 844 }],
    ['a desktop', { width: 1280, height: 900 }],
  ])('nothing moves on %s', async (_name, viewport) => {
    const page = await visitors.arriveAs(await registerUser(shop), { viewport });
    await watch(page);
    const found: string[] = [];
    for (const path of paths) {
      await page.goto(path);
      const { sum, what } = await movedOn(page);
      if (sum > 0.01) found.push(`${path}: ${sum.toFixed(3)} ${what}`);
    }
    expect(found).toEqual([]);
  });

  it.each([
    ['a phone', { width: 390, height: 844 }, 1],
    ['a desktop', { width: 1280, height: 900 }, 2],
  ])(
    'what one holds comes late on %s, and moves little, and no button in its row',
    async (_name, viewport, inRow) => {
      const { eventId, itemId } = await createDrop(shop.database.pool, {
        stocks: [5, 5, 5],
        perUserLimit: 2,
      });
      const user = await registerUser(shop);
      await shop.http
        .post(`/api/v1/purchase/${itemId}`)
        .set('Authorization', `Bearer ${user.token}`)
        .expect(201);
      const page = await visitors.arriveAs(user, { viewport });
      await watch(page);
      let answer = (): void => undefined;
      const isPainted = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/api/v1/profile/orders?*', async (route) => {
        await isPainted;
        await route.continue();
      });
      await page.goto(`/events/${eventId}`);
      const buttons = async () => {
        const all = await page.getByTestId('buy').all();
        return Promise.all(all.slice(0, inRow).map((button) => button.boundingBox()));
      };
      await movedOn(page);
      const before = await buttons();
      answer();
      await page.getByText('You hold 1').waitFor();
      const { sum, what } = await movedOn(page);
      expect(await buttons()).toEqual(before);
      expect([sum < 0.05, what]).toEqual([true, what]);
    },
  );

  it.each([
    ['a phone', { width: 390, height: 844 }],
    ['a desktop', { width: 1440, height: 900 }],
  ])('Buy stays where it is when its drop opens on %s', async (_name, viewport) => {
    const { eventId } = await createDrop(shop.database.pool, { status: 'locked', startsIn: 12 });
    const page = await visitors.arrive({ viewport });
    await watch(page);
    await page.goto(`/events/${eventId}`);
    const buy = page.getByTestId('buy');
    const height = async () => (await buy.boundingBox())?.y;
    await page.getByRole('button', { name: /^Opens in/ }).waitFor();
    await movedOn(page);
    const before = (await height()) as number;
    await page.getByRole('button', { name: 'Buy', exact: true }).waitFor();
    expect(Math.abs(((await height()) as number) - before)).toBeLessThanOrEqual(1);
  });

  it('would be seen to move (the control)', async () => {
    const page = await visitors.arrive();
    await watch(page);
    await page.goto('/login');
    await movedOn(page);
    await page.evaluate(() =>
      document.body.insertAdjacentHTML('afterbegin', '<div style="height: 300px">Late</div>'),
    );
    expect((await movedOn(page)).sum).toBeGreaterThan(0.01);
  });
});
