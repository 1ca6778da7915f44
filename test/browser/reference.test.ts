import type { Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { clientMessage, serverMessage } from '../../src/realtime/protocol.js';
import { seriousFaults } from './support/axe.js';
import { Visitors } from './support/visitors.js';

const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 320, height: 640 } };

/** Goal: /docs is a page of ours that everybody can read, in both colours, on a phone too, without foreign hosts. */
describe('the pages of documentation', () => {
  let server: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    server = await startTestApp();
    visitors = await Visitors.of(server.url);
  }, 60_000);
  afterEach(() => visitors.leave());
  afterAll(async () => {
    await visitors?.close();
    await server?.close();
  });

  const openAll = (page: Page) =>
    page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));

  describe.each(['/docs', '/docs/problems'])('%s', (path) => {
    it.each(
      (['light', 'dark'] as const).flatMap((colorScheme) =>
        Object.entries(SIZES).map(([name, viewport]) => ({ name, colorScheme, viewport })),
      ),
    )('passes axe and fits: $colorScheme, $name', async ({ colorScheme, viewport }) => {
      const page = await visitors.arrive({ colorScheme, viewport });
      await page.goto(path);
      await openAll(page);
      expect(await seriousFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        viewport.width,
      );
    });
  });

  it('finds an operation by its words, and leads to a problem and to a schema', async () => {
    const page = await visitors.arrive();
    await page.goto('/docs');
    await page.getByRole('searchbox', { name: 'Find an operation' }).fill('confirm purchase');
    await page.getByText('1 operation', { exact: true }).waitFor();
    const found = page.getByRole('region', { name: 'Confirm a reservation' });
    await found.getByText(/^Refusals/).click();
    await found.getByRole('link', { name: 'OrderEnvelope' }).click();
    await page.locator('#schema-OrderEnvelope').getByRole('link', { name: 'OrderResponse' }).waitFor();
    await page.goBack();
    await found.getByRole('link', { name: 'RESERVATION_EXPIRED' }).click();
    await page.waitForURL('**/docs/problems#RESERVATION_EXPIRED');
  });

  it('describes every realtime message, channel and kind of news', async () => {
    const { text } = await server.http.get('/docs').expect(200);
    const section = text.slice(text.indexOf('id="Realtime"'), text.indexOf('id="tag-auth"'));
    const words = new Set<string>();
    const collect = (schema: unknown): void =>
      void JSON.stringify(schema, (key, value) => {
        if ((key === 'type' || key === 'kind') && typeof value === 'object')
          for (const word of value.enum ?? [value.const]) if (word) words.add(word as string);
        return value;
      });
    const { z } = await import('zod');
    for (const schema of [clientMessage, serverMessage]) collect(z.toJSONSchema(schema));
    expect(words.size).toBeGreaterThan(12);
    for (const word of words) expect([word, section.includes(word)]).toEqual([word, true]);
  });
});
