import type { Page, Route } from 'playwright-core';
import { createDrop, stockOf } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { openShop } from './support/opened-shop.js';
import { heading, isSameDocument, markDocument, register, type Visitors } from './support/visitors.js';

/** For `evaluate`: whether one sees it without scrolling, below the page's header. */
const isInSight = (element: Element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 64 && bottom <= window.innerHeight;
};

/** What a shopper does with their own hands, from the first visit to the rating. */
describe('buying', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  const buyButton = (page: Page) => page.getByRole('button', { name: 'Buy', exact: true });
  const isYours = (page: Page) => heading(page, 'It is yours to confirm').waitFor();
  const ordersOf = async (eventItemId: string) => {
    const { rows } = await shop.database.pool.query<{ id: string; status: string; user_id: string }>(
      'SELECT id, status, user_id FROM orders WHERE event_item_id = $1',
      [eventItemId],
    );
    return rows;
  };

  it('goes from registering over the opening and the purchase to a rating', async () => {
    const page = await visitors.arrive();
    await register(page, 'Grace Hopper');
    const { eventId, itemId } = await createDrop(shop.database.pool, { status: 'locked', startsIn: 7 });
    const { rows } = await shop.database.pool.query('SELECT starts_at FROM events WHERE id = $1', [eventId]);
    const startsAt = (rows[0].starts_at as Date).getTime();

    await page.goto(`/events/${eventId}`);
    await markDocument(page);
    const waiting = page.getByRole('button', { name: /^Opens in/ });
    await waiting.waitFor();
    expect(await waiting.isDisabled()).toBe(true);
    const openedAt = await page.getByTestId('buy').evaluate(
      (button) =>
        new Promise<number>((resolve) => {
          const look = () =>
            (button as HTMLButtonElement).disabled ? requestAnimationFrame(look) : resolve(Date.now());
          look();
        }),
    );
    // Page and PostgreSQL share a machine, so their clocks can be compared. The upper bound is a busy machine's.
    expect(openedAt - startsAt).toBeGreaterThan(-100);
    expect(openedAt - startsAt).toBeLessThan(3_000);
    expect(await isSameDocument(page)).toBe(true);

    // Nobody rates what they have not bought.
    const rate = async (stars: number, text: string) => {
      await page
        .locator('label')
        .filter({ hasText: `${stars} stars` })
        .click();
      await page.getByLabel('In words (optional)').fill(text);
      await page.getByRole('button', { name: 'Save rating' }).click();
    };
    await page.getByText('Only buyers can rate').waitFor();
    expect(await page.getByRole('button', { name: 'Save rating' }).count()).toBe(0);

    await buyButton(page).click();
    await isYours(page);
    expect(await ordersOf(itemId)).toMatchObject([{ status: 'reserved' }]);
    await page.getByRole('button', { name: 'Confirm for $129' }).click();
    await heading(page, 'Confirmed').waitFor();
    expect(await ordersOf(itemId)).toMatchObject([{ status: 'confirmed' }]);

    await page.getByRole('link', { name: 'Rate it' }).click();
    await rate(4, 'Lighter than it looks');
    const review = page.getByRole('article').filter({ hasText: 'Lighter than it looks' });
    await review.getByText('Grace Hopper').waitFor();
    await review.getByText('Verified buyer').waitFor();
    expect(await review.getByRole('img', { name: '4 stars' }).count()).toBe(1);

    await page.getByRole('link', { name: 'My orders' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Item 1' }).getByText('Confirmed').waitFor();
  });

  /** What buying leads to, without the way there. */
  async function buyAndConfirm(page: Page, button = buyButton(page)): Promise<void> {
    await button.click();
    await isYours(page);
    await page.getByRole('button', { name: 'Confirm for $129' }).click();
    await heading(page, 'Confirmed').waitFor();
  }

  it('leads from a purchase to the rating of what was bought, among all items of the drop', async () => {
    const { eventId } = await createDrop(shop.database.pool, { stocks: [5, 5, 5] });
    const page = await visitors.arrive({ viewport: { width: 390, height: 844 } });
    await register(page, 'Ada', `/events/${eventId}`);
    await buyAndConfirm(page, buyButton(page).nth(1));
    await page.getByRole('link', { name: 'Rate it' }).click();
    const chosen = page.getByRole('group', { name: 'Item' }).locator('[aria-pressed="true"]');
    const expectLed = async () => {
      expect(await chosen.textContent()).toBe('Item 2');
      await page.getByRole('button', { name: 'Save rating' }).waitFor();
      expect(await chosen.evaluate(isInSight)).toBe(true);
    };
    await expectLed();
    await page.reload();
    await expectLed();
  });

  describe('a rating that stands', () => {
    const stars = (page: Page, count: number) => page.getByRole('radio', { name: `${count} star` });
    const words = (page: Page) => page.getByLabel('In words (optional)');
    const save = async (page: Page) => {
      await page.getByRole('button', { name: 'Save rating' }).click();
      await page.getByText('Your rating is saved.').waitFor();
    };

    it('is what the form starts from, so that changing the stars keeps the words', async () => {
      const { eventId } = await createDrop(shop.database.pool);
      const page = await visitors.arrive();
      await register(page, 'Ada', `/events/${eventId}`);
      await buyAndConfirm(page);
      await page.goto(`/events/${eventId}`);
      await page.getByRole('button', { name: 'Save rating' }).waitFor();
      expect(await page.getByText(/^Your rating of/).count()).toBe(0);
      await stars(page, 2).check({ force: true });
      await words(page).fill('Lighter than it looks');
      await save(page);

      await page.reload();
      await page.getByText(/^Your rating of .*\d{4}\. What you save here replaces it\./).waitFor();
      expect(await stars(page, 2).isChecked()).toBe(true);
      expect(await words(page).inputValue()).toBe('Lighter than it looks');
      await stars(page, 5).check({ force: true });
      await save(page);
      const review = page.getByRole('article').filter({ hasText: 'Ada' });
      await review.getByRole('img', { name: '5 stars' }).waitFor();
      expect(await review.getByText('Lighter than it looks').count()).toBe(1);
    });

    it('is not offered for replacing unseen: the form waits until it can be read', async () => {
      const { eventId } = await createDrop(shop.database.pool);
      const page = await visitors.arrive();
      await register(page, 'Ada', `/events/${eventId}`);
      await buyAndConfirm(page);
      await page.route('**/api/v1/reviews/items/*/mine', (route) => route.abort('connectionreset'));
      await page.goto(`/events/${eventId}`);
      await page.getByRole('alert').getByText('Your own rating could not be read').waitFor();
      expect(await page.getByRole('button', { name: 'Save rating' }).count()).toBe(0);
      await page.unrouteAll();
      await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('button', { name: 'Save rating' }).waitFor();
    });
  });

  it('says on the page of the drop what one holds and has bought, as it stands now', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { perUserLimit: 2 });
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    const own = page.getByRole('list', { name: 'Yours' });
    await buyButton(page).click();
    await isYours(page);
    await page.getByRole('link', { name: 'Back to the drop, your hold stays' }).click();
    await own.getByText(/You hold 1.*until .*0[45]:\d\d/).waitFor();

    // Another device resolves it: the page is told.
    const [held] = await ordersOf(itemId);
    const elsewhere = await page.context().newPage();
    await elsewhere.goto(`/events/${eventId}/confirm/${held?.id}`);
    await elsewhere.getByRole('button', { name: /^Confirm for/ }).click();
    await heading(elsewhere, 'Confirmed').waitFor();
    await elsewhere.close();
    await own.getByText('You have bought 1').waitFor();
    expect(await own.getByText('You hold').count()).toBe(0);

    await buyButton(page).click();
    await isYours(page);
    await page.goto(`/events/${eventId}`);
    await own.getByText('You hold 1').waitFor();
    await own.getByText('You have bought 1').waitFor();
    const atLimit = page.getByRole('button', { name: 'You have your 2' });
    await atLimit.waitFor();
    expect(await atLimit.isDisabled()).toBe(true);
    await own.getByRole('link', { name: 'Confirm' }).click();
    await isYours(page);
    await page.goBack();
    await shop.database.pool.query(
      `UPDATE orders SET reserved_until = now() WHERE event_item_id = $1 AND status = 'reserved'`,
      [itemId],
    );
    await own.getByText('You hold').waitFor({ state: 'detached' });
    await buyButton(page).waitFor();

    await own.getByRole('link', { name: 'See order' }).click();
    await heading(page, 'My orders').waitFor();
    expect(new URL(page.url()).searchParams.get('order')).toBe(held?.id);
    await page.locator(`[id="${held?.id}"]`).getByText('Confirmed').waitFor();
  });

  it('gives the last unit to one of two browsers and tells the other that it is gone', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { stocks: [1] });
    const pages = [await visitors.arrive(), await visitors.arrive()];
    for (const page of pages) await register(page, 'Racer', `/events/${eventId}`);

    // Nobody's request leaves before both have pressed: the server decides, not who was first to press.
    const pressed = new Set<Page>();
    const pass: (() => void)[] = [];
    for (const page of pages)
      await page.route('**/api/v1/purchase/*', async (route) => {
        pressed.add(page);
        if (pressed.size < 2) await new Promise<void>((resolve) => pass.push(resolve));
        else pass.forEach((open) => open());
        await route.continue();
      });
    await Promise.all(pages.map((page) => buyButton(page).click()));

    const outcome = async (page: Page): Promise<'won' | 'lost'> =>
      Promise.any([
        isYours(page).then(() => 'won' as const),
        page
          .getByRole('status')
          .filter({ hasText: 'Sold out: the last one just went to somebody else' })
          .waitFor()
          .then(() => 'lost' as const),
      ]);
    const outcomes = await Promise.all(pages.map(outcome));
    expect([...outcomes].sort()).toEqual(['lost', 'won']);

    const loser = pages[outcomes.indexOf('lost')] as Page;
    const button = loser.getByRole('button', { name: 'Sold out' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await loser.getByText('1 held and may return').waitFor();
    // The words stay while it is true: they are not gone with the next live message.
    expect(await loser.getByText('Sold out: the last one').count()).toBe(1);
    expect(await ordersOf(itemId)).toHaveLength(1);
    expect(await stockOf(shop.database.pool, itemId)).toBe(0);
  });

  /** Lets the server work, then cuts the line, `times` times; what was sent is noted. */
  async function loseAnswers(page: Page, times: number): Promise<string[]> {
    const keys: string[] = [];
    await page.route('**/api/v1/purchase/*', async (route: Route) => {
      keys.push(route.request().headers()['idempotency-key'] as string);
      if (keys.length > times) return route.continue();
      const answer = await route.fetch();
      expect([200, 201]).toContain(answer.status());
      await route.abort('connectionreset');
    });
    return keys;
  }

  describe('when the answer to a purchase is lost', () => {
    it('asks again under the same key and finds the order', async () => {
      const { eventId, itemId } = await createDrop(shop.database.pool, { perUserLimit: 5 });
      const page = await visitors.arrive();
      await register(page, 'Ada', `/events/${eventId}`);
      const keys = await loseAnswers(page, 1);
      await buyButton(page).click();
      await isYours(page);
      expect(keys).toHaveLength(2);
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(keys[1]).toBe(keys[0]);
      expect(await ordersOf(itemId)).toHaveLength(1);
    });

    it('says that it does not know when no answer comes, and finds the order after a reload', async () => {
      const { eventId, itemId } = await createDrop(shop.database.pool, { perUserLimit: 5 });
      const page = await visitors.arrive();
      await register(page, 'Ada', `/events/${eventId}`);
      const keys = await loseAnswers(page, Number.POSITIVE_INFINITY);
      await buyButton(page).click();
      await page.getByText('No answer reached us').waitFor();
      await page.getByRole('button', { name: 'Check again' }).waitFor();
      expect(await ordersOf(itemId)).toHaveLength(1);

      await page.unrouteAll();
      const [resent] = await Promise.all([
        page.waitForRequest('**/api/v1/purchase/*'),
        page.reload({ waitUntil: 'commit' }),
      ]);
      expect(resent.headers()['idempotency-key']).toBe(keys[0]);
      await isYours(page);
      expect(new Set(keys).size).toBe(1);
      const [order, ...others] = await ordersOf(itemId);
      expect(others).toEqual([]);
      expect(new URL(page.url()).pathname).toBe(`/events/${eventId}/confirm/${order?.id}`);
    });
  });

  it('takes up a purchase by itself once the line is back, and says meanwhile that one is offline', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { perUserLimit: 5 });
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    await buyButton(page).waitFor();
    // The order comes to be, its answer is lost, and then the line is gone for longer than a person waits.
    await page.route(
      '**/api/v1/purchase/*',
      async (route: Route) => {
        const answer = await route.fetch();
        expect(answer.status()).toBe(201);
        await page.context().setOffline(true);
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await buyButton(page).click();
    await page.getByText('You are offline, so we do not know yet').waitFor();
    await page.evaluate(() => {
      const later = Date.now() + 3_600_000;
      Date.now = () => later;
    });
    await page.context().setOffline(false);
    await isYours(page);
    expect(await ordersOf(itemId)).toHaveLength(1);
  });

  it('finds an unanswered purchase in another tab, however late, and buys no second time', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool, { perUserLimit: 5 });
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    await loseAnswers(page, Number.POSITIVE_INFINITY);
    await buyButton(page).click();
    await page.getByText('No answer reached us').waitFor();
    const other = await page.context().newPage();
    await page.close();
    await other.clock.setSystemTime(Date.now() + 3_600_000);
    await other.goto(`/events/${eventId}`);
    await isYours(other);
    expect(await ordersOf(itemId)).toHaveLength(1);
  });

  it('takes a confirmation whose answer was lost for what it is', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    await buyButton(page).click();
    await isYours(page);
    await page.route(
      '**/api/v1/purchase/*/confirm',
      async (route: Route) => {
        await route.fetch();
        await page.context().setOffline(true);
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Confirm for $129' }).click();
    await page.getByText('You are offline. Your confirmation goes out').waitFor();
    await page.context().setOffline(false);
    await heading(page, 'Confirmed').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.title()).toBe('Confirmed · SwiftDrop');
    expect(await ordersOf(itemId)).toMatchObject([{ status: 'confirmed' }]);
  });

  it('buys nothing at a price that was not seen, and asks', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    await buyButton(page).waitFor();
    await shop.database.pool.query('UPDATE event_items SET price_minor = 14900 WHERE id = $1', [itemId]);
    await buyButton(page).click();
    await page.getByText('It now costs $149 instead of $129. Buy for $149?').waitFor();
    expect(await ordersOf(itemId)).toEqual([]);
    await page.getByRole('button', { name: 'Buy for $149' }).click();
    await page.getByRole('button', { name: 'Confirm for $149' }).waitFor();
  });

  it('leads from a hold that ran out back to the item with as many', async () => {
    const { eventId } = await createDrop(shop.database.pool, { perUserLimit: 3, reservationTtlSeconds: 3 });
    const page = await visitors.arrive();
    await register(page, 'Slow', `/events/${eventId}`);
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByRole('button', { name: 'Buy 2' }).click();
    await heading(page, 'The hold ran out').waitFor();
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Buy 2' }).waitFor();
  });

  it('can be done with the keyboard alone', async () => {
    const { eventId, itemId } = await createDrop(shop.database.pool);
    const page = await visitors.arrive();
    await register(page, 'Ada', `/events/${eventId}`);
    await buyButton(page).waitFor();

    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
        if (name.test(focused)) return;
      }
      throw new Error(`Forty presses of Tab do not lead to ${name}`);
    };
    await tabTo(/^Buy$/);
    await page.keyboard.press('Enter');
    await isYours(page);
    await tabTo(/^Confirm for/);
    await page.keyboard.press('Space');
    await heading(page, 'Confirmed').waitFor();
    // Focus goes to the outcome, not back to the top of the page.
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Confirmed');
    expect(await ordersOf(itemId)).toMatchObject([{ status: 'confirmed' }]);
  });
});
