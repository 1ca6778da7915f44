import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { BrowserShop, open } from '../support/browser-shop.js';
import { createDrop } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Our JavaScript for a shopper's first load, compressed. */
const BUDGET_BYTES = 200_000;

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describe('every page', () => {
  let server: TestApp;
  let shop: BrowserShop;
  let shopper: TestUser;
  let admin: TestUser;
  let paths: Record<'visitor' | 'shopper' | 'admin', string[]>;
  let eventId: string;

  beforeAll(async () => {
    server = await startTestApp();
    shop = await BrowserShop.at(server.url);
    [shopper, admin] = await Promise.all([registerUser(server), createAdmin(server)]);
    const { pool } = server.database;
    const live = await createDrop(pool, { stocks: [5, 5], perUserLimit: 3 });
    const locked = await createDrop(pool, { status: 'locked', startsIn: 3600, endsIn: 7200 });
    const closed = await createDrop(pool, { status: 'closed', startsIn: -7200, endsIn: -3600 });
    eventId = live.eventId;
    const buy = (itemId: string) =>
      server.http
        .post(`/api/v1/purchase/${itemId}`)
        .set('Authorization', `Bearer ${shopper.token}`)
        .send({ quantity: 1 })
        .expect(201);
    const held = (await buy(live.itemId)).body.order.id as string;
    const confirmed = (await buy(live.itemIds[1] as string)).body.order.id as string;
    const say = (path: string, body: object) =>
      server.http.post(`/api/v1/${path}`).set('Authorization', `Bearer ${shopper.token}`).send(body);
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
  afterAll(async () => {
    await shop.close();
    await server.close();
    expect(shop.complaints).toEqual([]);
  });

  async function violations(context: BrowserContext, path: string): Promise<string[]> {
    const page = await open(context, path);
    await page.locator('h1').first().waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    await page.evaluate(axe);
    const result = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
      violations: Violation[];
    };
    await page.close();
    return result.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html.slice(0, 200)}`);
  }

  it.each(['light', 'dark'] as const)(
    'has nothing serious for axe to find in %s colours',
    async (colorScheme) => {
      const found: string[] = [];
      const people = {
        visitor: await shop.visitor({ colorScheme }),
        shopper: await shop.as(shopper, { colorScheme }),
        admin: await shop.as(admin, { colorScheme }),
      };
      for (const [who, context] of Object.entries(people))
        for (const path of paths[who as keyof typeof people])
          found.push(...(await violations(context, path)));
      expect(found).toEqual([]);
    },
    180_000,
  );

  it('fits a phone: nothing is wider than the screen', async () => {
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    const people = {
      visitor: await shop.visitor(phone),
      shopper: await shop.as(shopper, phone),
      admin: await shop.as(admin, phone),
    };
    const wide: string[] = [];
    for (const [who, context] of Object.entries(people))
      for (const path of paths[who as keyof typeof people]) {
        const page = await open(context, path);
        await page.locator('h1').first().waitFor();
        const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        if (width > 360) wide.push(`${path}: ${width}`);
        await page.close();
      }
    expect(wide).toEqual([]);
  }, 120_000);

  it('answers an unknown path with a page and status 404', async () => {
    const page = await (await shop.visitor()).newPage();
    const response = await page.goto('/no/such/page');
    expect(response?.status()).toBe(404);
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });

  it('loads less than 200 kB of JavaScript for a shopper, home and drop together', async () => {
    const page = await (await shop.visitor()).newPage();
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
    const page = await open(await shop.visitor({ locale: 'zh-TW' }), '/');
    await page.getByRole('heading', { name: '限時開賣' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-TW');
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  });
});
