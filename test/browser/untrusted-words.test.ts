import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import type { Visitors } from './support/visitors.js';

/** Each kind of text has a payload that says where it came from when it runs. */
const payload = (place: string) => `<img src=x onerror="window.pwned='${place}'">`;
const SCRIPT = `<script>window.pwned='script'</script>{{constructor.constructor('window.pwned=1')()}}`;

const pwned = (page: Page) => page.evaluate(() => (window as { pwned?: unknown }).pwned);

/**
 * Goal: what people write is shown as text on every page that shows it. Method: payloads straight in the
 * database or through the API, so that no form's check helps; then each page is opened and must show the
 * payload in full. The control shows that the payload would run if it were taken for markup.
 */
describe('untrusted words', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  it('would run if a page took them for markup (the control)', async () => {
    const page = await visitors.arrive();
    await page.setContent(payload('control'));
    await page.waitForFunction(() => (window as { pwned?: unknown }).pwned === 'control');
  });

  it('are shown as text everywhere', async () => {
    const { pool } = shop.database;
    const name = payload('name').slice(0, 60);
    const shopper = await registerUser(shop, name);
    const admin = await createAdmin(shop);
    const { eventId, itemId } = await createDrop(pool, { perUserLimit: 5 });
    await pool.query('UPDATE events SET title = $2, description = $3 WHERE id = $1', [
      eventId,
      payload('title'),
      payload('story') + SCRIPT,
    ]);
    const { rows } = await pool.query(
      `UPDATE item_catalog SET name = $2, description = $3, category = $4, image_url = $5
       WHERE id = (SELECT item_id FROM event_items WHERE id = $1) RETURNING id`,
      [
        itemId,
        payload('item'),
        payload('description'),
        payload('category'),
        `/x"onerror="window.pwned='url'`,
      ],
    );
    const post = async (path: string, body: object = {}) => {
      const answer = await shop.http
        .post(`/api/v1/${path}`)
        .set('authorization', `Bearer ${shopper.token}`)
        .send(body);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    };
    const confirmed = (await post(`purchase/${itemId}`)).order.id as string;
    await post(`purchase/${confirmed}/confirm`);
    const held = (await post(`purchase/${itemId}`)).order.id as string;
    await post(`reviews/items/${rows[0].id}`, { rating: 1, text: payload('review') });
    const comment = await post(`reviews/events/${eventId}/comments`, { text: payload('comment') + SCRIPT });
    await post(`reviews/comments/${comment.id}/replies`, { text: payload('reply') });

    const shows: Record<string, string[]> = {
      '/': [payload('title'), payload('story')],
      [`/events/${eventId}`]: [
        payload('title'),
        payload('story') + SCRIPT,
        payload('item'),
        payload('category'),
        payload('review'),
        payload('comment') + SCRIPT,
        payload('reply'),
        name,
      ],
      [`/events/${eventId}/confirm/${held}`]: [payload('item'), payload('title')],
      '/orders': [payload('item')],
    };
    const page = await visitors.arriveAs(shopper);
    for (const [path, texts] of Object.entries(shows)) {
      await page.goto(path);
      for (const text of texts) await page.getByText(text).first().waitFor();
      expect(await pwned(page)).toBeUndefined();
    }
    await page.goto('/profile');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menu').getByText(name).waitFor();
    expect(await pwned(page)).toBeUndefined();

    // A notice that comes by itself.
    const listens = page.waitForEvent('websocket').then((socket) =>
      socket.waitForEvent('framereceived', ({ payload: frame }) => {
        const { type, channel } = JSON.parse(String(frame)) as { type: string; channel?: string };
        return type === 'subscribed' && channel === 'me';
      }),
    );
    await page.goto('/');
    await listens;
    await post(`purchase/${held}/cancel`);
    await page
      .getByText(`${payload('item')}: Given back`)
      .first()
      .waitFor();
    expect(await pwned(page)).toBeUndefined();

    const office = await visitors.arriveAs(admin);
    const adminShows: Record<string, string> = {
      '/admin': payload('title'),
      [`/admin/events/${eventId}`]: payload('title'),
      '/admin/items': payload('item'),
      '/admin/users': name,
    };
    for (const [path, text] of Object.entries(adminShows)) {
      await office.goto(path);
      await office.getByText(text).first().waitFor();
      expect(await pwned(office)).toBeUndefined();
    }
  });

  it('could not run as a script even if they got into a page', async () => {
    const page = await visitors.arrive();
    const answer = await page.goto('/');
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toMatch(/(^|; )script-src 'self'(;|$)/);
    expect(policy).toMatch(/object-src 'none'/);
    await page.evaluate((markup) => {
      const script = document.createElement('script');
      script.textContent = 'window.pwned = 1';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', markup);
    }, payload('markup'));
    await page.locator('img[src="x"]').evaluate(async (image: HTMLImageElement) => {
      if (!image.complete) await new Promise((resolve) => image.addEventListener('error', resolve));
    });
    expect(await pwned(page)).toBeUndefined();
    // The browser says why; each refusal is a fault in the eyes of the other tests.
    const faults = visitors.faults.splice(0);
    expect(faults.length).toBeGreaterThanOrEqual(2);
    expect(faults.every((fault) => /content security policy/i.test(fault))).toBe(true);
  });
});
