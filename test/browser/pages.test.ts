import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { paleWords, seriousFaults } from './support/axe.js';
import { openShop } from './support/opened-shop.js';
import { accountButton, heading, type Visitors } from './support/visitors.js';

/** Our JavaScript for a shopper's first load, compressed. */
const BUDGET_BYTES = 200_000;

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

describe('every page', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let shopper: TestUser;
  let admin: TestUser;
  let paths: Record<'visitor' | 'shopper' | 'admin', string[]>;
  let eventId: string;
  let lockedId: string;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    [shopper, admin] = await Promise.all([registerUser(shop), createAdmin(shop)]);
    const { pool } = shop.database;
    const live = await createDrop(pool, { stocks: [5, 5], perUserLimit: 3 });
    const locked = await createDrop(pool, { status: 'locked', startsIn: 3600, endsIn: 7200 });
    const closed = await createDrop(pool, { status: 'closed', startsIn: -7200, endsIn: -3600 });
    eventId = live.eventId;
    lockedId = locked.eventId;
    const buy = (itemId: string) =>
      shop.http
        .post(`/api/v1/purchase/${itemId}`)
        .set('Authorization', `Bearer ${shopper.token}`)
        .send({ quantity: 1 })
        .expect(201);
    const held = (await buy(live.itemId)).body.order.id as string;
    const confirmed = (await buy(live.itemIds[1] as string)).body.order.id as string;
    const say = (path: string, body: object, user = shopper) =>
      shop.http.post(`/api/v1/${path}`).set('Authorization', `Bearer ${user.token}`).send(body);
    await say(`purchase/${confirmed}/confirm`, {}).expect(200);
    const comment = await say(`reviews/events/${eventId}/comments`, { text: 'Hello' }).expect(201);
    await say(`reviews/comments/${comment.body.id}/replies`, { text: 'Hello yourself' }).expect(201);
    // Its entry in the audit trail holds a line that is wider than any phone.
    const imageUrl = `/images/${'long'.repeat(50)}.png`;
    await say('admin/items', { name: 'Lamp', category: 'Light', imageUrl }, admin).expect(201);
    paths = {
      visitor: ['/', `/events/${eventId}`, `/events/${closed.eventId}`, '/login', '/register', '/nothing'],
      shopper: [
        `/events/${eventId}`,
        `/events/${eventId}/confirm/${held}`,
        `/events/${eventId}/confirm/${confirmed}`,
        '/orders',
        '/profile',
      ],
      admin: [
        '/admin',
        '/admin/events/new',
        `/admin/events/${lockedId}`,
        `/admin/events/${eventId}`,
        '/admin/items',
        '/admin/users',
        '/admin/audit',
      ],
    };
  });

  /** Everything that the page has to ask for is there. */
  const isComplete = (page: Page) =>
    page.waitForFunction(
      () => document.querySelector('h1') !== null && document.querySelector('[aria-busy="true"]') === null,
    );

  /** What is wider than the narrowest phone that is still about, unfolded, after charts had time to follow. */
  async function overflow(page: Page): Promise<string[]> {
    const before = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => {
      for (const folded of document.querySelectorAll('details')) folded.open = true;
    });
    const fits = await page
      .waitForFunction(() => document.documentElement.scrollWidth <= 360, undefined, { timeout: 3_000 })
      .catch(() => undefined);
    const widest = fits
      ? undefined
      : await page.evaluate(() => {
          const [width, element] = [...document.body.querySelectorAll('*')]
            .map((each) => [each.getBoundingClientRect().right, each] as const)
            .reduce((one, other) => (other[0] > one[0] ? other : one));
          return `${Math.round(width)} px wide: ${element.outerHTML.slice(0, 200)}`;
        });
    if (before) await page.setViewportSize(before);
    return widest === undefined ? [] : [widest];
  }

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    it('has nothing serious for axe to find, on a desktop or a phone, and fits the phone', async () => {
      const found: string[] = [];
      const people = {
        visitor: await visitors.arrive({ colorScheme }),
        shopper: await visitors.arriveAs(shopper, { colorScheme }),
        admin: await visitors.arriveAs(admin, { colorScheme }),
      };
      for (const [who, page] of Object.entries(people))
        for (const path of paths[who as keyof typeof people]) {
          await page.setViewportSize(DESKTOP);
          await page.goto(path);
          await isComplete(page);
          const faults = await seriousFaults(page);
          await page.setViewportSize(PHONE);
          faults.push(...(await seriousFaults(page)), ...(await overflow(page)));
          found.push(...faults.map((fault) => `${path} (${who}): ${fault}`));
        }
      expect(found).toEqual([]);
    }, 180_000);

    it.each([
      ['a desktop', DESKTOP],
      ['a phone', PHONE],
    ])(
      'has nothing serious in what opens on %s',
      async (_device, viewport) => {
        const found: string[] = [];
        const page = await visitors.arriveAs(admin, { colorScheme, viewport });
        const look = async (what: string) =>
          found.push(...(await seriousFaults(page)).map((fault) => `${what}: ${fault}`));
        const button = (name: string) => page.getByRole('button', { name, exact: true });

        await page.goto('/');
        await isComplete(page);
        await accountButton(page).click();
        await page.getByRole('menuitem', { name: 'Log out' }).waitFor();
        await page.keyboard.press('ArrowDown');
        await look('account menu');

        for (const [id, label] of [
          [lockedId, 'Open now'],
          [eventId, 'Close now'],
        ] as const) {
          await page.goto(`/admin/events/${id}`);
          await button(label).click();
          await page.getByRole('dialog').getByRole('button', { name: label }).waitFor();
          await look(label);
        }

        await page.goto('/admin/users');
        await page
          .getByRole('button', { name: /^Deactivate/ })
          .first()
          .click();
        await page.getByRole('dialog').waitFor();
        await look('deactivating');

        await page.goto('/admin/items');
        await button('New item').click();
        await page.getByLabel('Picture').fill('nowhere');
        await button('Add to the catalogue').click();
        await page.locator('[aria-invalid="true"]').first().waitFor();
        await look('faulty item');
        await page.getByRole('link', { name: 'People' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Keep editing' }).waitFor();
        await look('leaving a form');
        await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click();
        await heading(page, 'People').waitFor();

        await page.goto('/admin/events/new');
        await button('Create drop').click();
        await page.locator('[aria-invalid="true"]').first().waitFor();
        await look('faulty drop');
        await page.getByLabel('Item from the catalogue').click();
        // Not the currencies' own, which a browser draws.
        await page.locator('[role="option"]').first().waitFor();
        await look('list of items');

        await page.goto(`/events/${eventId}`);
        await page
          .getByRole('button', { name: /^Reply to/ })
          .first()
          .click();
        await page.getByLabel('Your reply').waitFor();
        await look('reply');
        expect(found).toEqual([]);
      },
      180_000,
    );

    it('keeps the words on its buttons readable while one points at them and presses', async () => {
      const found: string[] = [];
      const page = await visitors.arriveAs(admin, { colorScheme, viewport: DESKTOP });
      const point = async (what: string, at = page.locator('main')) => {
        for (const one of await at.locator('button:enabled:visible, a:visible').all()) {
          await one.hover();
          const faults = await paleWords(page, one);
          await page.mouse.down();
          faults.push(...(await paleWords(page, one)));
          // Let go elsewhere, so that nothing is done.
          await page.mouse.move(0, 0);
          await page.mouse.up();
          found.push(...faults.map((fault) => `${what}: ${fault}`));
        }
      };
      for (const path of [
        '/',
        `/events/${eventId}`,
        '/admin/items',
        `/admin/events/${lockedId}`,
        '/profile',
      ]) {
        await page.goto(path);
        await isComplete(page);
        await point(path);
      }
      for (const [id, label] of [
        [lockedId, 'Open now'],
        [eventId, 'Close now'],
      ] as const) {
        await page.goto(`/admin/events/${id}`);
        await page.getByRole('button', { name: label }).click();
        await point(label, page.getByRole('dialog'));
      }
      expect(found).toEqual([]);
    }, 180_000);
  });

  /** What a thumb presses and is less than 44 px high; words that link inside a sentence are not meant. */
  const smallTargets = (page: Page) =>
    page.evaluate(() =>
      [...document.querySelectorAll('button, input, textarea, select, summary, label:has([type="radio"])')]
        .map((each) => [each.getBoundingClientRect(), each] as const)
        // Hidden ones, and those that only screen readers see, have no size to speak of.
        .filter(([{ width, height }]) => width > 1 && height > 1 && height < 43.5)
        .map(([{ height }, each]) => `${height} px: ${each.outerHTML.slice(0, 200)}`),
    );

  it('gives a thumb 44 px wherever it presses', async () => {
    const found: string[] = [];
    const phone = { viewport: PHONE, hasTouch: true, isMobile: true };
    const people = {
      visitor: await visitors.arrive(phone),
      shopper: await visitors.arriveAs(shopper, phone),
      admin: await visitors.arriveAs(admin, phone),
    };
    for (const [who, page] of Object.entries(people))
      for (const path of paths[who as keyof typeof people]) {
        await page.goto(path);
        await isComplete(page);
        found.push(...(await smallTargets(page)).map((target) => `${path} (${who}): ${target}`));
      }
    expect(found).toEqual([]);
    await people.visitor.addStyleTag({ content: 'button { height: 40px; min-height: 0 !important }' });
    expect((await smallTargets(people.visitor)).join()).toContain('40 px: <button');
  }, 180_000);

  it('shows where the keyboard is', async () => {
    const page = await visitors.arriveAs(shopper);
    await page.goto(`/events/${eventId}`);
    await page.getByTestId('buy').first().waitFor();
    await page.keyboard.press('Tab');
    for (const target of [
      accountButton(page),
      page.getByTestId('buy').first(),
      page.getByLabel('Ask or say something'),
    ]) {
      await target.focus();
      const [width, color] = await target.evaluate(async (element) => {
        await Promise.all(element.getAnimations().map(({ finished }) => finished));
        const { outlineWidth, outlineColor } = getComputedStyle(element);
        return [outlineWidth, outlineColor];
      });
      expect([width, color]).toEqual(['2px', 'rgb(13, 92, 70)']);
    }
  });

  it('would be found out by both looks (the control)', async () => {
    const page = await visitors.arrive();
    await page.goto('/login');
    await heading(page, 'Welcome back').waitFor();
    expect([...(await seriousFaults(page)), ...(await overflow(page))]).toEqual([]);
    await page.evaluate(() =>
      document.body.insertAdjacentHTML(
        'beforeend',
        '<p style="color: #ccc; background: #fff; width: 900px">Pale and wide</p><button></button>',
      ),
    );
    const faults = [...(await seriousFaults(page)), ...(await overflow(page))].join('\n');
    expect(faults).toMatch(/color-contrast/);
    expect(faults).toMatch(/button-name/);
    expect(faults).toMatch(/px wide/);
    // White on pine, with the page shining through by a quarter, is what buttons once were.
    await page.addStyleTag({ content: 'form button:hover { background: #49856f !important }' });
    const button = page.getByRole('main').getByRole('button', { name: 'Log in' });
    expect(await paleWords(page, button)).toEqual([]);
    await button.hover();
    expect((await paleWords(page, button)).join()).toMatch(/^4\.\d+:1 on/);
  });

  it('answers an unknown path with a page and status 404', async () => {
    const page = await visitors.arrive();
    const response = await page.goto('/no/such/page');
    expect(response?.status()).toBe(404);
    await heading(page, 'There is nothing here').waitFor();
  });

  it('loads less than 200 kB of JavaScript for a shopper, home and drop together', async () => {
    const page = await visitors.arrive();
    const sizes = new Map<string, Promise<number>>();
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.endsWith('.js'))
        sizes.set(
          response.url(),
          response.body().then((body) => gzipSync(body, { level: 9 }).length),
        );
    });
    await page.goto('/');
    await page.getByRole('link', { name: 'Drop', exact: true }).first().click();
    await page.getByTestId('buy').first().waitFor();
    await page.waitForURL(/\/events\//);
    const total = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
    console.info(`A shopper's first load: ${Math.round(total / 1000)} kB of JavaScript, gzipped`);
    expect(total).toBeLessThan(BUDGET_BYTES);
  });

  it('says what was done below the header, and not over it', async () => {
    const page = await visitors.arriveAs(shopper, { viewport: PHONE });
    await page.goto('/profile');
    await page.getByRole('button', { name: 'Save' }).first().click();
    // The same words are said to screen readers, out of sight.
    const message = page.getByRole('region', { name: /Notifications/ }).getByText('Name saved');
    await message.waitFor();
    // It slides in from above.
    await message.evaluate((element) =>
      Promise.all((element.closest('li') as Element).getAnimations().map(({ finished }) => finished)),
    );
    const header = await page.getByRole('banner').boundingBox();
    expect((await message.boundingBox())?.y).toBeGreaterThan((header?.y ?? 0) + (header?.height ?? 0));
  });

  it('speaks the visitor’s language', async () => {
    const page = await visitors.arrive({ locale: 'zh-TW' });
    await page.goto('/');
    await page.getByRole('heading', { name: '限時開賣' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-TW');
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  });
});
