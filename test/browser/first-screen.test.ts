import type { Page } from 'playwright-core';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { seriousFaults } from './support/axe.js';
import { openShop } from './support/opened-shop.js';
import { heading, type Visitors } from './support/visitors.js';

const PHONE = { width: 390, height: 664 };
const DESKTOP = { width: 1280, height: 800 };
const DESCRIPTION = `Oiled oak, forty watts. ${'It stands on four feet of cork. '.repeat(20)}Two years of warranty.`;

describe("a drop's first screen", () => {
  let shop: TestApp;
  let visitors: Visitors;
  let admin: TestUser;
  let path: string;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    admin = await createAdmin(shop);
    const create = async (to: string, body: object) => {
      const answer = await shop.http
        .post(`/api/v1/admin/${to}`)
        .set('Authorization', `Bearer ${admin.token}`)
        .send(body);
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body;
    };
    const items = [];
    for (const name of ['Speaker', 'Lamp'])
      items.push(await create('items', { name, category: 'Listening', description: DESCRIPTION }));
    const drop = await create('events', {
      title: 'Two things for a quiet evening',
      description: 'A story that is long enough to be cut. '.repeat(20),
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      items: items.map(({ id }: { id: string }) => ({
        itemId: id,
        price: { amount: 12_900, currency: 'USD' },
        stock: 20,
        perUserLimit: 3,
      })),
    });
    path = `/events/${drop.id}`;
    // A page that goes on long after its items.
    for (let count = 0; count < 12; count++)
      await shop.http
        .post(`/api/v1/reviews/events/${drop.id}/comments`)
        .set('Authorization', `Bearer ${admin.token}`)
        .send({ text: 'Does it come in walnut?' })
        .expect(201);
  });

  const bar = (page: Page) => page.getByTestId('buy-bar');
  const firstBuy = (page: Page) => page.getByTestId('buy').first();

  it.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ])('shows Buy above the fold of %s, beside the first item', async (_device, viewport) => {
    const page = await visitors.arrive({ viewport });
    await page.goto(path);
    await firstBuy(page).waitFor();
    const { y, height } = (await firstBuy(page).boundingBox()) as { y: number; height: number };
    expect(y + height).toBeLessThanOrEqual(viewport.height);
    expect(await bar(page).count()).toBe(0);
  });

  it('keeps Buy under the thumb of a phone further down, never over what has the focus', async () => {
    const page = await visitors.arriveAs(await registerUser(shop), { viewport: PHONE });
    await page.goto(path);
    await firstBuy(page).waitFor();
    await page
      .getByTestId('buy')
      .nth(1)
      .evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid="buy"]')?.getBoundingClientRect().bottom) < 0,
    );
    const comment = page.getByPlaceholder('Ask or say something about this drop');
    await comment.waitFor();
    await page.waitForFunction(() => {
      scrollTo(0, document.body.scrollHeight);
      return document.querySelector('[data-testid="buy-bar"]') !== null;
    });
    // The item whose own Buy was last in sight.
    expect(await bar(page).innerText()).toMatch(/^Lamp\n+\$129\n+Buy$/);
    expect(await seriousFaults(page)).toEqual([]);

    await page.evaluate(() => scrollTo(0, 0));
    const covered: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      covered.push(
        ...(await page.evaluate(() => {
          const [focus, bar] = [document.activeElement, document.querySelector('[data-testid="buy-bar"]')];
          if (!bar || !focus || focus === document.body || bar.contains(focus)) return [];
          const isCovered = focus.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1;
          return isCovered ? [focus.outerHTML.slice(0, 160)] : [];
        })),
      );
    }
    expect(covered).toEqual([]);

    await comment.scrollIntoViewIfNeeded();
    await bar(page).getByRole('button', { name: 'Buy' }).click();
    await heading(page, /held for you|yours/i).waitFor();
    await page.waitForURL(/\/confirm\//);
  });

  it('has no bar on a desktop, where there is room', async () => {
    const page = await visitors.arrive({ viewport: DESKTOP });
    await page.goto(path);
    await firstBuy(page).waitFor();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForFunction(() => scrollY > 0);
    expect(await bar(page).isVisible()).toBe(false);
  });

  it.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ])('opens what is known of an item on %s, by keyboard too', async (_device, viewport) => {
    const page = await visitors.arrive({ viewport });
    await page.goto(path);
    const opener = page.getByRole('button', { name: 'Details of Speaker' });
    const small = (await opener.boundingBox()) as { width: number };
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Speaker' });
    await dialog.getByText('Two years of warranty.').waitFor();
    const picture = (await dialog.getByTestId('placeholder').boundingBox()) as { width: number };
    expect(picture.width).toBeGreaterThan(small.width * 2);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
