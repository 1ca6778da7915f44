import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { withBuiltShop } from './support/built-shop.js';
import { heading, Visitors } from './support/visitors.js';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Our JavaScript for a shopper's first load, compressed. */
const BUDGET_BYTES = 200_000;

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describe('every page', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let shopper: TestUser;
  let admin: TestUser;
  let paths: Record<'visitor' | 'shopper' | 'admin', string[]>;
  let eventId: string;

  beforeAll(async () => {
    shop = await startTestApp(withBuiltShop());
    visitors = await Visitors.of(shop.url);
    [shopper, admin] = await Promise.all([registerUser(shop), createAdmin(shop)]);
    const { pool } = shop.database;
    const live = await createDrop(pool, { stocks: [5, 5], perUserLimit: 3 });
    const locked = await createDrop(pool, { status: 'locked', startsIn: 3600, endsIn: 7200 });
    const closed = await createDrop(pool, { status: 'closed', startsIn: -7200, endsIn: -3600 });
    eventId = live.eventId;
    const buy = (itemId: string) =>
      shop.http
        .post(`/api/v1/purchase/${itemId}`)
        .set('Authorization', `Bearer ${shopper.token}`)
        .send({ quantity: 1 })
        .expect(201);
    const held = (await buy(live.itemId)).body.order.id as string;
    const confirmed = (await buy(live.itemIds[1] as string)).body.order.id as string;
    const say = (path: string, body: object) =>
      shop.http.post(`/api/v1/${path}`).set('Authorization', `Bearer ${shopper.token}`).send(body);
    await say(`purchase/${confirmed}/confirm`, {}).expect(200);
    const comment = await say(`reviews/events/${eventId}/comments`, { text: 'Hello' }).expect(201);
    await say(`reviews/comments/${comment.body.id}/replies`, { text: 'Hello yourself' }).expect(201);
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
        `/admin/events/${locked.eventId}`,
        `/admin/events/${eventId}`,
        '/admin/items',
        '/admin/users',
        '/admin/audit',
      ],
    };
  }, 60_000);
  afterEach(() => visitors.leave());
  afterAll(async () => {
    await visitors?.close();
    await shop?.close();
  });

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const result = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
      violations: Violation[];
    };
    return result.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }

  /** What is wider than the narrowest phone that is still about, after charts had time to follow. */
  async function overflow(page: Page): Promise<string[]> {
    const before = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
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

  it.each(['light', 'dark'] as const)(
    'has nothing serious for axe to find in %s colours, and fits a phone',
    async (colorScheme) => {
      const found: string[] = [];
      const people = {
        visitor: await visitors.arrive({ colorScheme }),
        shopper: await visitors.arriveAs(shopper, { colorScheme }),
        admin: await visitors.arriveAs(admin, { colorScheme }),
      };
      for (const [who, page] of Object.entries(people))
        for (const path of paths[who as keyof typeof people]) {
          await page.goto(path);
          await page.waitForFunction(
            () =>
              document.querySelector('h1') !== null && document.querySelector('[aria-busy="true"]') === null,
          );
          for (const fault of [...(await violations(page)), ...(await overflow(page))])
            found.push(`${path} (${who}): ${fault}`);
        }
      expect(found).toEqual([]);
    },
    180_000,
  );

  it('would be found out by both looks (the control)', async () => {
    const page = await visitors.arrive();
    await page.goto('/login');
    await heading(page, 'Welcome back').waitFor();
    expect([...(await violations(page)), ...(await overflow(page))]).toEqual([]);
    await page.evaluate(() =>
      document.body.insertAdjacentHTML(
        'beforeend',
        '<p style="color: #ccc; background: #fff; width: 900px">Pale and wide</p><button></button>',
      ),
    );
    const faults = [...(await violations(page)), ...(await overflow(page))].join('\n');
    expect(faults).toMatch(/color-contrast/);
    expect(faults).toMatch(/button-name/);
    expect(faults).toMatch(/px wide/);
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

  it('speaks the visitor’s language', async () => {
    const page = await visitors.arrive({ locale: 'zh-TW' });
    await page.goto('/');
    await page.getByRole('heading', { name: '限時開賣' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-TW');
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  });
});
